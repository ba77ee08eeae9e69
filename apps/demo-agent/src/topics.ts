/** What the agent knows, by the words that ask for it. Answers are markdown. */
export interface Topic {
  readonly title: string;
  readonly words: readonly string[];
  readonly answer: string;
}

export const TOPICS: readonly Topic[] = [
  {
    title: 'how a message travels',
    words: ['travel', 'way of', 'how does', 'how do', 'path', 'message'],
    answer: `A message takes this way:

1. Your browser sends it to **any node**, with an id of its own, so that sending twice is harmless.
2. The node finds the group of your conversation and the node that **leads** that group.
3. The leader appends it to its log and tells the two followers; all three write it to disk.
4. As soon as **two of three disks** have it, it is committed: it has a number, and you see it.
5. Every device of yours gets it, I am called, and Postgres has it a few seconds later.

Nothing waits for Postgres.`,
  },
  {
    title: 'what happens when a node dies',
    words: ['die', 'dies', 'kill', 'crash', 'fail over', 'failover', 'down', 'without n'],
    answer: `When a node dies, the others notice the broken connections at once:

- For each group that the dead node led, a follower asks whether it could win an election, and holds it.
- The new leader has **everything that was acknowledged**, because a quorum of disks had it.
- Your browser reconnects to another node and asks for what it missed, by number.

All of that takes well under a second. When the node comes back, it catches up from the log.`,
  },
  {
    title: 'groups',
    words: ['group', 'raft', 'quorum', 'leader'],
    answer: `Conversations are spread over **256 groups**. Each is a small replicated log of its own:

| what | how many |
| --- | --- |
| groups | 256 |
| replicas of each | 3 |
| disks before a message counts | 2 |

All your conversations live in one group, so your inbox and the message that changed it never disagree.`,
  },
  {
    title: 'Postgres',
    words: ['postgres', 'database', 'archive', 'no database'],
    answer: `Postgres is the **archive**, not the truth. Every five seconds each leader writes what is new:

\`\`\`sql
SELECT seq, sender_id, content FROM messages WHERE session_id = $1 ORDER BY seq;
\`\`\`

Stop it and nothing happens to this conversation. Start it again and it is filled up: each message once, in order.`,
  },
  {
    title: 'agents',
    words: ['agent', 'webhook', 'write my own', 'who are you'],
    answer: `I am an HTTP endpoint and nothing more. FleetLM calls me with the conversation so far, and I stream my answer:

\`\`\`ts
createServer(async (request, response) => {
  const call = parseCall(await readBody(request));
  await streamAnswer(response, async (answer) => {
    await answer.text('Hello!');
  });
}).listen(4200);
\`\`\`

I keep no state. An unmodified AI SDK route handler would do as well.`,
  },
];

export const HELP = `I can tell you

${TOPICS.map(({ title }) => `- about **${title}**`).join('\n')}

and I can show you what an agent may do:

- \`think\`: I reason before I answer
- \`calculate 6 * 7\`: I call a tool
- \`tell me a long story\`: I take my time
- \`be slow\`: I think for five seconds before the first token
- \`fail\`: I answer with an error (FleetLM tries again, then tells you)
- \`break off\`: I fail in the middle of an answer`;

/** The topic with the most of its words in the text, or null. */
export function findTopic(text: string): Topic | null {
  const lower = text.toLowerCase();
  let best: Topic | null = null;
  let bestHits = 0;
  for (const topic of TOPICS) {
    const hits = topic.words.filter((word) => lower.includes(word)).length;
    if (hits > bestHits) {
      best = topic;
      bestHits = hits;
    }
  }
  return best;
}
