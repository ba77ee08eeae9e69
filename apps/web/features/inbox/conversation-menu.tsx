'use client';

import {
  Archive,
  ArchiveRestore,
  Ellipsis,
  Link2,
  Pencil,
  Pin,
  PinOff,
  Trash2,
} from 'lucide-react';
import { useMemo, useState } from 'react';
import { toast } from 'sonner';
import { TITLE_LENGTH_MAX } from '@/common/limits.ts';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { useOfferedCommands } from '@/ui/hooks/use-offered-commands.ts';
import { Menu, MenuItem } from '@/ui/menu.tsx';
import { archiveWithUndo } from './archive-with-undo.ts';
import { DeleteConversation } from './delete-conversation.tsx';
import { pinConversation, renameConversation } from './queries.ts';

export interface ConversationMenuProps {
  readonly sessionId: string;
  readonly title: string | null;
  readonly isPinned: boolean;
  readonly isArchived: boolean;
}

/** Rename, pin, archive, bring back, delete, copy the address. */
export function ConversationMenu({
  sessionId,
  title,
  isPinned,
  isArchived,
}: ConversationMenuProps) {
  const [isRenaming, setIsRenaming] = useState(false);
  const [isDeleting, setIsDeleting] = useState(false);
  const archive = (wanted: boolean) => archiveWithUndo(sessionId, wanted);
  useOfferedCommands(
    useMemo(
      () => [
        {
          slash: 'rename',
          name: 'Rename the conversation',
          scope: 'conversation',
          act: () => setIsRenaming(true),
        },
        {
          slash: 'pin',
          name: isPinned ? 'Unpin the conversation' : 'Pin the conversation',
          scope: 'conversation',
          act: () => {
            void pin(sessionId, !isPinned);
          },
        },
        {
          slash: 'archive',
          name: isArchived ? 'Bring the conversation back' : 'Archive the conversation',
          scope: 'conversation',
          act: () => {
            void archiveWithUndo(sessionId, !isArchived);
          },
        },
        {
          slash: 'delete',
          name: 'Delete the conversation',
          scope: 'conversation',
          act: () => setIsDeleting(true),
        },
      ],
      [sessionId, isPinned, isArchived],
    ),
  );
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(`${window.location.origin}/inbox/${sessionId}`);
      toast.success('The address is copied.');
    } catch {
      toast.error('The browser does not allow copying here.');
    }
  };
  return (
    <>
      <Menu
        trigger={
          <Button variant="ghost" size="icon" aria-label="Conversation menu">
            <Ellipsis size={18} aria-hidden />
          </Button>
        }
      >
        <MenuItem onSelect={() => setIsRenaming(true)}>
          <Pencil size={15} aria-hidden /> Rename…
        </MenuItem>
        {!isArchived && (
          <MenuItem
            onSelect={() => {
              void pin(sessionId, !isPinned);
            }}
          >
            {isPinned ? (
              <>
                <PinOff size={15} aria-hidden /> Unpin
              </>
            ) : (
              <>
                <Pin size={15} aria-hidden /> Pin
              </>
            )}
          </MenuItem>
        )}
        <MenuItem
          onSelect={() => {
            void copy();
          }}
        >
          <Link2 size={15} aria-hidden /> Copy address
        </MenuItem>
        <MenuItem
          onSelect={() => {
            void archive(!isArchived);
          }}
        >
          {isArchived ? (
            <>
              <ArchiveRestore size={15} aria-hidden /> Bring back
            </>
          ) : (
            <>
              <Archive size={15} aria-hidden /> Archive
            </>
          )}
        </MenuItem>
        <MenuItem onSelect={() => setIsDeleting(true)}>
          <Trash2 size={15} aria-hidden /> Delete…
        </MenuItem>
      </Menu>
      <DeleteConversation
        sessionId={sessionId}
        title={title}
        open={isDeleting}
        onOpenChange={setIsDeleting}
      />
      <Dialog open={isRenaming} onOpenChange={setIsRenaming} title="Rename the conversation">
        <RenameForm sessionId={sessionId} title={title ?? ''} onDone={() => setIsRenaming(false)} />
      </Dialog>
    </>
  );
}

async function pin(sessionId: string, isPinned: boolean): Promise<void> {
  try {
    await pinConversation(sessionId, isPinned);
  } catch (error) {
    toast.error(error instanceof Error ? error.message : String(error));
  }
}

function RenameForm({
  sessionId,
  title,
  onDone,
}: {
  readonly sessionId: string;
  readonly title: string;
  readonly onDone: () => void;
}) {
  const [error, setError] = useState<string | undefined>(undefined);
  const [isSaving, setIsSaving] = useState(false);
  const save = async (form: FormData) => {
    const name = String(form.get('title') ?? '').trim();
    setIsSaving(true);
    try {
      await renameConversation(sessionId, name);
      onDone();
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
      setIsSaving(false);
    }
  };
  return (
    <Form onSend={save} className="flex flex-col gap-4">
      <Field
        label="Name"
        name="title"
        defaultValue={title}
        maxLength={TITLE_LENGTH_MAX}
        hint="Empty: it is called by its first message."
        error={error}
        autoComplete="off"
      />
      <Button type="submit" variant="primary" disabled={isSaving}>
        {isSaving ? 'Saving…' : 'Save'}
      </Button>
    </Form>
  );
}
