import type { SourceDocumentPart, SourceUrlPart } from '@fleetlm/client';
import { Avatar } from '@/ui/brand/avatar.tsx';
import { distinctSources } from './distinct-sources.ts';

export interface SourcesProps {
  readonly sources: readonly (SourceUrlPart | SourceDocumentPart)[];
}

const CHIP =
  'inline-flex h-7 max-w-64 items-center gap-1.5 rounded-full border border-border bg-surface pl-1 pr-2.5 text-xs pointer-coarse:h-11';

/** What a reply rests on, as chips. Their pictures are initials: nothing is asked of the sources before a user opens one. */
export function Sources({ sources }: SourcesProps) {
  const { shown, hidden } = distinctSources(sources);
  return (
    <ul aria-label="Sources" className="flex flex-wrap gap-1.5">
      {shown.map(({ key, title, site, url }) => (
        <li key={key}>
          {url === null ? (
            <span className={CHIP} title={title}>
              <Avatar id={site} name={site} size="sm" className="size-5 rounded-full" />
              <span className="truncate">{title}</span>
            </span>
          ) : (
            <a
              href={url}
              target="_blank"
              rel="noopener noreferrer"
              title={url}
              className={`${CHIP} transition-colors duration-120 hover:bg-raised`}
            >
              <Avatar id={site} name={site} size="sm" className="size-5 rounded-full" />
              <span className="truncate">{title}</span>
            </a>
          )}
        </li>
      ))}
      {hidden > 0 && <li className={`${CHIP} pl-2.5 text-muted`}>{hidden} more</li>}
    </ul>
  );
}
