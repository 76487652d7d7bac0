import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { type ReactNode, useState } from 'react';
import { signedInAs } from '../api/sign-in.ts';
import { instantText } from '../format/days.ts';
import { useSending } from './sending.ts';

/** What one person proposes and a second one decides. */
interface Proposed {
  readonly status: 'proposed' | 'approved' | 'rejected';
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly decidedBy?: string | undefined;
  readonly decidedAt?: string | undefined;
}

const STATUS: Readonly<Record<Proposed['status'], { readonly type: StatusIndicatorProps.Type; readonly text: string }>> = {
  proposed: { type: 'pending', text: 'Waits for a second person' },
  approved: { type: 'success', text: 'Approved' },
  rejected: { type: 'stopped', text: 'Rejected' },
};

/** How far it has come: who proposed, who decided, and when. */
export const Course = ({ of }: { readonly of: Proposed }): ReactNode => {
  const { status, proposedBy, proposedAt, decidedBy, decidedAt } = of;
  return (
    <SpaceBetween size="xxs">
      <StatusIndicator type={STATUS[status].type}>{STATUS[status].text}</StatusIndicator>
      <span>
        Proposed by {proposedBy}, {instantText(proposedAt)}
      </span>
      {decidedBy === undefined || decidedAt === undefined ? null : (
        <span>
          {STATUS[status].text} by {decidedBy}, {instantText(decidedAt)}
        </span>
      )}
    </SpaceBetween>
  );
};

const WORDS = { approve: 'Approve', reject: 'Reject' } as const;
type Decision = keyof typeof WORDS;

/** Approves or rejects what is open, once that was asked back. Who proposed may take it back, and not approve it. */
export const Decide = ({
  of,
  what,
  effect,
  decide,
  onDecided,
}: {
  readonly of: Proposed;
  /** What is decided, for who hears it: "the adjustment of …". */
  readonly what: string;
  /** What follows when it is approved. */
  readonly effect: string;
  readonly decide: (decision: Decision) => Promise<unknown>;
  readonly onDecided: () => void;
}): ReactNode => {
  const [asked, setAsked] = useState<Decision>();
  const { isSending, problem, send } = useSending();
  if (of.status !== 'proposed') return null;
  const isOwn = signedInAs() === of.proposedBy;
  const confirm = (decision: Decision): void =>
    send(async () => {
      await decide(decision);
      setAsked(undefined);
      onDecided();
    });
  return (
    <SpaceBetween size="xs">
      <SpaceBetween size="xs" direction="horizontal">
        {isOwn ? (
          <span>A second person approves it.</span>
        ) : (
          <Button ariaLabel={`Approve ${what}`} onClick={() => setAsked('approve')}>
            Approve
          </Button>
        )}
        <Button ariaLabel={`Reject ${what}`} onClick={() => setAsked('reject')}>
          {isOwn ? 'Take back' : 'Reject'}
        </Button>
      </SpaceBetween>
      {asked === undefined ? null : (
        <Alert
          type={problem === undefined ? 'info' : 'error'}
          header={problem === undefined ? `${WORDS[asked]} ${what}?` : problem.title}
          action={
            <SpaceBetween size="xs" direction="horizontal">
              <Button variant="primary" loading={isSending} onClick={() => confirm(asked)}>
                {problem === undefined ? `Yes, ${asked}` : 'Try again'}
              </Button>
              <Button onClick={() => setAsked(undefined)}>Leave it open</Button>
            </SpaceBetween>
          }
        >
          {problem?.message ?? (asked === 'approve' ? effect : 'It stays on record with who proposed and who rejected it.')}
        </Alert>
      )}
    </SpaceBetween>
  );
};
