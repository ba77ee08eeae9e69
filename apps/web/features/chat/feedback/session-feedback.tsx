'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { toast } from 'sonner';
import { fetchFeedback, keepFeedback, type OwnFeedback, withdrawFeedback } from './queries.ts';

export interface SessionFeedback {
  /** Null: the person has said nothing of this reply. */
  readonly of: (seq: number) => OwnFeedback | null;
  readonly keep: (feedback: OwnFeedback) => void;
  readonly withdraw: (seq: number) => void;
}

const FeedbackContext = createContext<SessionFeedback | null>(null);

/** Null where replies are shown that can't be rated. */
export function useSessionFeedback(): SessionFeedback | null {
  return useContext(FeedbackContext);
}

type Change = { readonly seq: number; readonly feedback: OwnFeedback | null };

/** What the person said of the replies of one conversation; a change shows at once, and is undone when it was refused. */
export function SessionFeedbackProvider({
  sessionId,
  children,
}: {
  readonly sessionId: string;
  readonly children: ReactNode;
}) {
  const queries = useQueryClient();
  const queryKey = useMemo(() => ['feedback', sessionId], [sessionId]);
  const { data } = useQuery({ queryKey, queryFn: () => fetchFeedback(sessionId) });
  const { mutate } = useMutation({
    mutationFn: async ({ seq, feedback }: Change) => {
      if (feedback === null) await withdrawFeedback(sessionId, seq);
      else await keepFeedback(sessionId, feedback);
    },
    onMutate: async ({ seq, feedback }) => {
      await queries.cancelQueries({ queryKey });
      const before = queries.getQueryData<readonly OwnFeedback[]>(queryKey);
      const others = (before ?? []).filter((one) => one.seq !== seq);
      queries.setQueryData(queryKey, feedback === null ? others : [...others, feedback]);
      return { before };
    },
    onError: (error, _change, context) => {
      queries.setQueryData(queryKey, context?.before ?? []);
      toast.error(`Your feedback was not saved: ${error.message}`);
    },
    onSettled: (_data, _error, _change, context) => {
      // A change ends the first reading: what it would have brought is still wanted.
      if (context?.before === undefined) return queries.invalidateQueries({ queryKey });
      return undefined;
    },
    // One after the other: the last one counts.
    scope: { id: `feedback ${sessionId}` },
  });
  const feedback = useMemo(() => {
    const bySeq = new Map((data ?? []).map((one) => [one.seq, one]));
    return {
      of: (seq: number) => bySeq.get(seq) ?? null,
      keep: (one: OwnFeedback) => mutate({ seq: one.seq, feedback: one }),
      withdraw: (seq: number) => mutate({ seq, feedback: null }),
    };
  }, [data, mutate]);
  return <FeedbackContext.Provider value={feedback}>{children}</FeedbackContext.Provider>;
}
