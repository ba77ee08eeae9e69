'use client';

import { useStore } from '@fleetlm/client/react';
import { type ReactNode, useState } from 'react';
import type { Person } from '@/common/person.ts';
import { preferences, setPreferences } from '@/common/preferences.ts';
import type { Theme } from '@/common/theme.ts';
import { Button } from '@/ui/button.tsx';
import { Checkbox } from '@/ui/checkbox.tsx';
import { chooseTheme } from '@/ui/choose-theme.ts';
import { Segments } from '@/ui/segments.tsx';
import { Devices } from './devices.tsx';
import { NotificationSetting } from './notification-setting.tsx';
import { PasswordForm } from './password-form.tsx';

export interface SettingsViewProps {
  readonly person: Person;
  /** Null: as the system has it. */
  readonly theme: Theme | null;
}

/** How the app behaves on this device, and the account. */
export function SettingsView({ person, theme }: SettingsViewProps) {
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col gap-4 p-4 md:p-6">
        <header>
          <h1 className="text-xl font-semibold tracking-tight">Settings</h1>
          <p className="text-sm text-muted">
            {person.name} · {person.email}
          </p>
        </header>
        <OnThisDevice theme={theme} />
        <Section
          title="Devices"
          note="Where you are signed in. A device that is signed out keeps what was not sent yet, for your next sign-in there."
        >
          <Devices />
        </Section>
        <Section
          title="Your data"
          note="Every conversation with all its messages, and your feedback."
        >
          <div className="flex flex-wrap gap-2">
            <Button asChild>
              <a href="/api/export?format=html" download>
                Download as a page
              </a>
            </Button>
            <Button asChild>
              <a href="/api/export?format=json" download>
                Download as JSON
              </a>
            </Button>
          </div>
        </Section>
        <Section title="Password" note="Your other devices are signed out when it changes.">
          <PasswordForm email={person.email} />
        </Section>
      </div>
    </div>
  );
}

const THEMES = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;
const READING = [
  { value: 'view', label: 'When I see them' },
  { value: 'hand', label: 'By hand' },
] as const;

function OnThisDevice({ theme }: { readonly theme: Theme | null }) {
  const [shown, setShown] = useState<Theme | 'system'>(theme ?? 'system');
  const { readsOnView, showsWholeAnswers, hasLetterKeys } = useStore(preferences);
  return (
    <>
      <Section title="Appearance" note="Kept on this device.">
        <Row label="Theme">
          <Segments
            label="Theme"
            value={shown}
            choices={THEMES}
            onChange={(choice) => {
              setShown(choice);
              chooseTheme(choice === 'system' ? null : choice);
            }}
          />
        </Row>
        <Checkbox
          checked={showsWholeAnswers}
          onChange={(isOn) => setPreferences({ showsWholeAnswers: isOn })}
        >
          Show replies when they are complete, not word by word
        </Checkbox>
      </Section>
      <Section title="Reading" note="Kept on this device; what is read is the same on all of them.">
        <Row label="Messages count as read">
          <Segments
            label="Messages count as read"
            value={readsOnView ? 'view' : 'hand'}
            choices={READING}
            onChange={(choice) => setPreferences({ readsOnView: choice === 'view' })}
          />
        </Row>
      </Section>
      <Section title="Keyboard" note="Press ? for the list of keys.">
        <Checkbox
          checked={hasLetterKeys}
          onChange={(isOn) => setPreferences({ hasLetterKeys: isOn })}
        >
          Shortcuts of a single letter, such as J, E or G I
        </Checkbox>
      </Section>
      <Section title="Notifications" note="Of answers, while the page is hidden.">
        <NotificationSetting />
      </Section>
    </>
  );
}

interface SectionProps {
  readonly title: string;
  readonly note: string;
  readonly children: ReactNode;
}

function Section({ title, note, children }: SectionProps) {
  const id = `settings-${title.toLowerCase()}`;
  return (
    <section
      aria-labelledby={id}
      className="flex flex-col gap-4 rounded-lg border border-border bg-surface p-4 shadow-card md:p-6"
    >
      <div>
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        <p className="text-sm text-muted">{note}</p>
      </div>
      {children}
    </section>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <span>{label}</span>
      {children}
    </div>
  );
}
