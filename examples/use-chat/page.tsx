import { useChat } from '@ai-sdk/react';
import { FleetChatTransport, readChat } from '@fleetlm/client/chat';
import {
  DefaultChatTransport,
  isToolUIPart,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  type UIMessage,
} from 'ai';
import { type FormEvent, useState } from 'react';
import { createRoot } from 'react-dom/client';

/** Where the chat is and who talks: your application knows it; this page reads it from its address. */
const {
  node,
  token,
  session,
  transport: kind,
} = Object.fromEntries(new URLSearchParams(location.search));

/** The AI SDK's own transport needs an address and a token. The other one adds that `stop()` reaches the agent. */
const transport =
  kind === 'fleet'
    ? new FleetChatTransport({ nodes: [node ?? ''], token: async () => token ?? null })
    : new DefaultChatTransport({
        api: `${node}/api/chat`,
        headers: { authorization: `Bearer ${token}`, 'x-ai-sdk-version': '7.0.173' },
      });

function Chat({ history }: { readonly history: UIMessage[] }) {
  const [text, setText] = useState('');
  const chat = useChat({
    id: session ?? '',
    messages: history,
    transport,
    resume: true,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  const send = (event: FormEvent): void => {
    event.preventDefault();
    void chat.sendMessage({ text });
    setText('');
  };
  return (
    <main>
      <h1>Chat</h1>
      <p role="status">{chat.error === undefined ? chat.status : chat.error.message}</p>
      <ol aria-label="Conversation">
        {chat.messages.map(({ id, role, parts }) => (
          <li key={id} data-role={role}>
            <b>{role}</b> <Parts parts={parts} answer={chat.addToolApprovalResponse} />
          </li>
        ))}
      </ol>
      <form onSubmit={send}>
        <input aria-label="Message" value={text} onChange={({ target }) => setText(target.value)} />
        <button type="submit">Send</button>
        <button type="button" onClick={() => void chat.stop()}>
          Stop
        </button>
        <button type="button" onClick={() => void chat.regenerate()}>
          Again
        </button>
      </form>
    </main>
  );
}

interface PartsProps {
  readonly parts: UIMessage['parts'];
  readonly answer: (answer: { readonly id: string; readonly approved: boolean }) => unknown;
}

function Parts({ parts, answer }: PartsProps) {
  return parts.map((part, index) => {
    const key = `${part.type}-${index}`;
    if (part.type === 'text') return <span key={key}>{part.text}</span>;
    if (!isToolUIPart(part)) return null;
    const { approval } = part;
    if (part.state !== 'approval-requested' || approval === undefined)
      return <em key={key}>{part.state} </em>;
    return (
      <button key={key} type="button" onClick={() => answer({ id: approval.id, approved: true })}>
        Allow {JSON.stringify(part.input)}
      </button>
    );
  });
}

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
// The log has every message: a reload, or another device, begins where this one is.
const history = await readChat({ node: node ?? '', token: token ?? '', session: session ?? '' });
createRoot(root).render(<Chat history={history} />);
