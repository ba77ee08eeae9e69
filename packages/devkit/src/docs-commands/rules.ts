/** How a documented command is tried. `instead`: what is typed where the page's own words are a placeholder, or take long. */
export type How =
  /** Runs to its end from a clone that has nothing but its dependencies. `says` is in its output. */
  | {
      readonly kind: 'ends';
      readonly instead?: string;
      readonly code?: number;
      readonly says?: RegExp;
    }
  /** Answers at the address, and ends with Ctrl-C. `while` are commands that are tried meanwhile. */
  | {
      readonly kind: 'serves';
      readonly url: string;
      readonly instead?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly from?: string;
      readonly meanwhile?: readonly string[];
    }
  /** Beside a running `npm start`. */
  | { readonly kind: 'system'; readonly instead?: string }
  /** Tried by the rule that has it as `meanwhile`. */
  | { readonly kind: 'meanwhile' }
  | { readonly kind: 'not here'; readonly because: string };

export interface Rule {
  readonly command: string;
  readonly how: How;
  /** Tried though no page has it. */
  readonly isExtra?: boolean;
}

const notHere = (because: string, ...commands: readonly string[]): readonly Rule[] =>
  commands.map((command) => ({ command, how: { kind: 'not here', because } }));
const system = (...commands: readonly (string | readonly [string, string])[]): readonly Rule[] =>
  commands.map((command) =>
    typeof command === 'string'
      ? { command, how: { kind: 'system' } }
      : { command: command[0], how: { kind: 'system', instead: command[1] } },
  );

const KEY = '-H "authorization: Bearer $API_KEY"';
const JSON_BODY = "-H 'content-type: application/json'";
const BOT = 'http://127.0.0.1:4001/api/agents/support-bot';
const SUBSCRIPTIONS = 'http://127.0.0.1:4001/api/event-subscriptions';
const DOCTOR = 'npx @fleetlm/agent doctor';
const SECRETS = 'CLUSTER_SECRET SECRET_KEYS AUTH_JWT_SECRET API_KEY BETTER_AUTH_SECRET';
const DRAW_SECRET = 'echo "$name=$(openssl rand -hex 32)"';
const BUILD_IMAGE =
  'docker buildx build --platform linux/amd64,linux/arm64 --build-arg SOURCE_COMMIT=$(git rev-parse HEAD)';
const FIRST_ADMIN = 'node /app/account.js --email you@example.org --role admin';
const NODE = 'npm run node --workspace apps/cluster-node';
const NODE_ENV =
  'NODE_ID=n4 CLUSTER_PEERS=n1=10.0.0.1:4101,n2=10.0.0.2:4101,n4=10.0.0.4:4101 CLUSTER_SECRET=...';
const POST_MESSAGE = `curl -X POST http://127.0.0.1:4001/api/sessions/$SESSION/messages ${KEY} ${JSON_BODY}`;

const PROJECTS = [
  'bench',
  'cluster-node',
  'conversation',
  'database',
  'devkit',
  'protocol',
  'raft',
  'web',
];
const IS_NPM_TEST = 'it is npm test or a part of it, and takes long';
const NEEDS_A_QUIET_MACHINE =
  'it measures, for minutes, and needs a quiet machine to mean anything';
const MINUTES_OF_FAULTS =
  'it breaks things for minutes; npm test runs the same program with --smoke';

/** Every documented command, in the order of trying; one that no page has any more fails as stale. */
export const RULES: readonly Rule[] = [
  { command: NODE, isExtra: true, how: { kind: 'ends', code: 78, says: /NODE_ID/ } },
  {
    command: `NODE_ID=n1 ${NODE}`,
    isExtra: true,
    how: {
      kind: 'serves',
      url: 'http://127.0.0.1:4401/health/live',
      env: {
        PORT: '4401',
        MESH_PORT: '4501',
        CLUSTER_PEERS: 'n1=127.0.0.1:4501',
        CLUSTER_SECRET: '0123456789abcdef0123456789abcdef',
        AUTH_JWT_SECRET: '0123456789abcdef0123456789abcdef',
        API_KEY: 'fk_0123456789abcdef0123456789abcdef',
        DATA_DIR: '.data/n1',
        // Nothing listens there: a node runs without its archive.
        DATABASE_URL: 'postgresql://fleetlm:fleetlm@127.0.0.1:9/fleetlm',
      },
    },
  },
  { command: 'npm run sim', how: { kind: 'ends', instead: 'npm run sim -- --seeds 10' } },
  ...[
    'npm run sim -- --seeds 1000',
    'npm run sim -- --seeds 10000',
    'npm run sim -- --seeds N',
  ].map(
    (command): Rule => ({ command, how: { kind: 'ends', instead: 'npm run sim -- --seeds 10' } }),
  ),
  ...['npm run sim -- --layer 1 --seeds 1000', 'npm run sim -- --layer 1 --seeds N'].map(
    (command): Rule => ({
      command,
      how: { kind: 'ends', instead: 'npm run sim -- --layer 1 --seeds 2' },
    }),
  ),
  { command: 'npm run bench -- --help', how: { kind: 'ends', says: /--archive-away/ } },
  ...['npm run bench', 'npm run bench -- --seconds 15'].map(
    (command): Rule => ({
      command,
      how: { kind: 'ends', instead: 'npm run bench -- --seconds 2 --warmup 1', says: /"lost":0/ },
    }),
  ),
  { command: 'npm run generate', how: { kind: 'ends' } },
  {
    command: 'npm run dist',
    how: { kind: 'ends', instead: 'npm run dist -- node', says: /fleetlm-node-.*\.tgz/ },
  },
  {
    command: `for name in ${SECRETS}; do ${DRAW_SECRET}; done`,
    how: { kind: 'ends', says: /API_KEY=[0-9a-f]{64}/ },
  },
  { command: 'npm run lint', how: { kind: 'ends' } },
  { command: 'npx fleetlm --help', how: { kind: 'ends', says: /doctor/ } },
  {
    command: 'npm run example -- node-plain',
    how: {
      kind: 'serves',
      url: 'http://127.0.0.1:4302/',
      env: { PORT: '4302', WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
      meanwhile: [`${DOCTOR} http://127.0.0.1:4302/ --secret "$WEBHOOK_SECRET"`],
    },
  },
  {
    command: 'npm run example -- next-ai-sdk',
    how: { kind: 'serves', url: 'http://127.0.0.1:4301/', env: { PORT: '4301' } },
  },
  {
    command: 'npm run example -- use-chat',
    how: { kind: 'serves', url: 'http://127.0.0.1:4400/', env: { PORT: '4400' } },
  },
  {
    command: 'python3 examples/python-ndjson/agent.py',
    how: { kind: 'serves', url: 'http://127.0.0.1:4303/', env: { PORT: '4303' } },
  },
  {
    command: 'PYTHONPATH=sdk/python/src python3 sdk/python/examples/wsgi_agent.py',
    how: { kind: 'serves', url: 'http://127.0.0.1:4304/', env: { PORT: '4304' } },
  },
  {
    command: 'npx node echo.mjs',
    how: {
      kind: 'serves',
      url: 'http://127.0.0.1:4300/',
      env: { PORT: '4300', WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
      from: 'docs/guide/first-agent.md',
      meanwhile: [
        `${DOCTOR} http://127.0.0.1:4300/`,
        `${DOCTOR} http://127.0.0.1:4300/ --secret "$WEBHOOK_SECRET"`,
      ],
    },
  },
  ...[
    `${DOCTOR} http://127.0.0.1:4302/ --secret "$WEBHOOK_SECRET"`,
    `${DOCTOR} http://127.0.0.1:4300/`,
    `${DOCTOR} http://127.0.0.1:4300/ --secret "$WEBHOOK_SECRET"`,
  ].map((command): Rule => ({ command, how: { kind: 'meanwhile' } })),
  { command: 'npm run dev', how: { kind: 'serves', url: 'http://127.0.0.1:3000/login' } },
  {
    command: 'PORT_BASE=5000 npm start',
    how: { kind: 'serves', url: 'http://127.0.0.1:3000/login', instead: 'npm start' },
  },
  ...system(
    'npm start',
    'npm run part -- status',
    'npm run part -- kill n2',
    'npm run part -- start n2',
    'npm run part -- stop postgres',
    'npm run part -- start postgres',
    'API_KEY=$(node -p "require(\'./.data/secrets.json\').apiKey")',
    `curl -X POST http://127.0.0.1:4001/api/sessions ${KEY} ${JSON_BODY} -H 'idempotency-key: form-7f3a' -d '{"user_id":"alice","agent_id":"support-bot"}'`,
    `curl -X POST http://127.0.0.1:4001/api/agents ${KEY} ${JSON_BODY} -d '{"agent":{"id":"echo","name":"Echo","origin_url":"http://127.0.0.1:4300","webhook_path":"/"}}'`,
    `curl -X POST http://127.0.0.1:4001/api/agents ${KEY} ${JSON_BODY} -d '{"agent":{"id":"llama","name":"Llama","origin_url":"http://127.0.0.1:11434","webhook_path":"/v1/chat/completions","adapter":"openai-chat","adapter_options":{"model":"llama3.2"}}}'`,
    `curl -X POST http://127.0.0.1:4001/api/agents ${KEY} ${JSON_BODY} -d '{"agent":{"id":"graph","name":"Graph","origin_url":"http://127.0.0.1:8000","webhook_path":"/agent","adapter":"ag-ui"}}'`,
    'export WEBHOOK_SECRET=whsec_...',
    `curl "${BOT}/deliveries?state=failed" ${KEY}`,
    `curl ${BOT}/dead-letters ${KEY}`,
    `curl "${BOT}/dead-letters?group=5f0c2b7a91de" ${KEY}`,
    `curl -X POST ${BOT}/dead-letters/replay ${KEY} ${JSON_BODY} -d '{"group":"5f0c2b7a91de"}'`,
    `curl ${BOT}/stats ${KEY}`,
    `curl "${BOT}/usage?by=user" ${KEY}`,
    `curl ${BOT}/usage.csv ${KEY}`,
    `curl "${BOT}/feedback?rating=down" ${KEY}`,
    `curl ${BOT}/feedback/stats ${KEY}`,
    `curl ${BOT}/feedback.jsonl ${KEY}`,
    `curl -X POST http://127.0.0.1:4001/api/agents/test ${KEY} ${JSON_BODY} -d '{"agent":{"origin_url":"http://127.0.0.1:4300"},"text":"Are you there?"}'`,
    `curl -X POST ${BOT}/test ${KEY}`,
    `curl -X POST ${BOT}/secret/rotate ${KEY} ${JSON_BODY} -d '{"overlap_s":3600}'`,
    `curl -X POST ${SUBSCRIPTIONS} ${KEY} ${JSON_BODY} -d '{"subscription":{"url":"http://127.0.0.1:4400/hooks","types":["message.created","run.failed"]}}'`,
    `curl ${SUBSCRIPTIONS}/sub_01J8ZZZZZZZZZZZZZZZZZZZZZZ/dead-letters ${KEY}`,
    `curl -X POST ${SUBSCRIPTIONS}/sub_01J8ZZZZZZZZZZZZZZZZZZZZZZ/dead-letters/replay ${KEY}`,
    `curl "http://127.0.0.1:4001/api/events?limit=100" ${KEY}`,
    `curl "http://127.0.0.1:4001/api/events?after=1234&types=run.failed" ${KEY}`,
    'curl -s http://127.0.0.1:4001/health/ready',
    'curl -s http://127.0.0.1:4001/metrics | grep fleetlm_',
    `curl -s http://127.0.0.1:4001/api/admin/cluster ${KEY}`,
    `${POST_MESSAGE} -d '{"user_id":"alice","client_message_id":"01J9Z3K7Q8R5","content":{"text":"Book the flight."}}'`,
    [
      `curl http://127.0.0.1:4001/api/sessions/7f-01J.../messages?after_seq=41 ${KEY}`,
      `curl http://127.0.0.1:4001/api/sessions/$SESSION/messages?after_seq=0 ${KEY}`,
    ],
    'export FLEETLM_URL=http://n1:4001 FLEETLM_TOKEN=$API_KEY',
    ['fleetlm status', 'npx fleetlm status'],
    ['fleetlm status --url http://n1:4001', 'npx fleetlm status --url http://n1:4001'],
    ['fleetlm doctor', 'npx fleetlm doctor'],
    ['eval "$(fleetlm completion bash)"', 'eval "$(npx fleetlm completion bash)"'],
    ['fleetlm drain n3 --dry-run', 'npx fleetlm drain n3 --dry-run'],
    ['fleetlm drain n3 --yes --wait', 'npx fleetlm drain n3 --yes --wait'],
    ['fleetlm operations', 'npx fleetlm operations'],
    ['fleetlm undrain n3 --wait', 'npx fleetlm undrain n3 --wait'],
    ['npx fleetlm', 'npx fleetlm --help'],
    `curl -X PUT http://127.0.0.1:4001/api/sessions/$SESSION/messages/2/feedback ${KEY} ${JSON_BODY} -d '{"rating":"down","reason":"incorrect","comment":"It is 7."}'`,
    `curl http://127.0.0.1:4001/api/sessions/$SESSION/context ${KEY}`,
    `curl -X PUT http://127.0.0.1:4001/api/sessions/$SESSION/context ${KEY} ${JSON_BODY} -d '{"overrides":{"token_budget":20000,"message_history_parts":"text"}}'`,
    `curl -X POST http://127.0.0.1:4001/api/sessions/$SESSION/context/summary ${KEY} ${JSON_BODY} -d '{"through_seq":1,"summary":"They said hello."}'`,
    `curl "http://127.0.0.1:4001/api/export?user_id=alice" ${KEY}`,
    `curl "http://127.0.0.1:4001/api/export?user_id=alice&format=html" ${KEY}`,
    `curl -X POST http://127.0.0.1:4001/api/admin/privacy/operations ${KEY} ${JSON_BODY} -d '{"kind":"erase-user","user_id":"dora"}'`,
    `curl http://127.0.0.1:4001/api/admin/privacy/operations ${KEY}`,
    `curl -X PUT http://127.0.0.1:4001/api/admin/legal-holds/alice ${KEY} ${JSON_BODY} -d '{"reason":"Case 7"}'`,
    `curl -X DELETE http://127.0.0.1:4001/api/admin/legal-holds/alice ${KEY}`,
  ),
  ...system(
    'npm run account -- --email you@x.org',
    'npm run account -- --email ann@example.org --name Ann --role admin',
    ['npm run account', 'npm run account -- --email bob@example.org'],
    'npm run db:migrate',
    ['npm run db:reset', 'npm run db:reset -- --yes'],
  ),
  ...notHere('it is this script', 'npm run test:docs'),
  ...notHere(
    'it goes on until it is interrupted; apps/cluster-node/test/event-feeds.test.ts reads one',
    `curl -N "http://127.0.0.1:4001/api/sessions/$SESSION/events?last_seq=0" ${KEY}`,
  ),
  ...notHere('it is how this script begins', 'git clone <this repository> fleetlm && cd fleetlm'),
  ...notHere(
    IS_NPM_TEST,
    'npm test',
    'TEST_TORTURE=0 npm test',
    'npm run precommit',
    'npm run test:e2e',
    'npm run test:e2e -- --shuffle',
    'npx vitest run --project client --project web',
    'npm run torture -- --smoke',
    'npm run fuzz -- --smoke',
    'TEST_FUZZ_MINUTES=5 npm test',
    'TEST_FUZZ=0 npm test',
    'npm run test:unit',
    'npm run test:integration',
    'npm run test:unit -- dispatch-engine',
    'npm run test:integration -- deliveries -t "dead letters"',
    'npm run test:e2e -- -g "drained and taken back"',
    'npm run test:e2e -- --trace on -g "drained and taken back"',
    'npm run test:changed',
    ...PROJECTS.map((project) => `npx vitest run --project=${project}`),
  ),
  ...notHere(
    'it repeats npm test many times',
    'npm run test:races -- --rounds 20',
    'npm run test:races -- --suite integration --busy 2 --random-order deliveries',
  ),
  ...notHere('it needs a file that npm run fuzz has saved', 'npm run fuzz -- --replay FILE'),
  ...notHere(
    'it needs a group that is stalled; apps/cluster-node/test/hostile-log.test.ts has one',
    'fleetlm group show 7',
    'fleetlm group revive 7 --index 1204 --term 9 --digest 3f0c...',
  ),
  ...notHere(
    'it needs a browser and one’s own terminal beside npm run dev',
    'E2E_SYSTEM=:.data npm run test:e2e -- people',
  ),
  ...notHere(
    NEEDS_A_QUIET_MACHINE,
    'npm run measure',
    'npm run bench -- --capacity',
    'npm run bench -- --archive-away 40 --rate 1500',
    'npm run bench -- --archive-away 20 --rate 400',
    'node --expose-gc packages/conversation/bench/million-sessions.ts',
    'node --expose-gc apps/cluster-node/bench/archive-away-memory.ts 600',
    'npm run torture -- --measure failover',
    'npm run torture -- --measure rolling-restart',
    'npm run torture -- --measure growth',
    'npm run sim -- --zoo',
    'npm run sim -- --events 1000000000 --progress billion.json',
  ),
  ...notHere(
    MINUTES_OF_FAULTS,
    'npm run fuzz',
    'npm run fuzz -- --minutes 3',
    'npm run fuzz -- --minutes 60 --seed 17',
    'npm run fuzz -- --minutes 0 --only "reply:"',
    'npm run fuzz -- --edges webhook,socket',
    'npm run torture',
    'npm run torture -- --minutes 3',
    'npm run torture -- --minutes 60 --report r.html',
    'npm run torture -- --minutes 3 --seed 17',
    'npm run torture -- --minutes 2 --only disk-error,power-loss-all',
    'npm run torture -- --minutes 60 --seed 196109854',
    'npm run torture -- --only member-storm',
    'npm run torture -- --only coordinator-kill',
  ),
  ...notHere(
    'it names machines of the reader’s own; the same program is tried without variables',
    `${NODE_ENV} ${NODE}`,
  ),
  ...notHere(
    'it needs an archive whose nodes are lost; apps/cluster-node/test/restore.test.ts has one',
    'npm run restore',
    'DATABASE_URL=... DATA_DIR=/somewhere npm run restore',
    'npm run restore -- --cluster <id> --gap 100',
  ),
  ...notHere(
    'it needs the ids of an approval that waits; apps/cluster-node/test/chat.test.ts has one',
    `${POST_MESSAGE} -d '{"user_id":"alice","kind":"tool-response","content":{"message_id":"...","approvals":[{"approval_id":"...","approved":true}]}}'`,
  ),
  ...notHere(
    'it changes the machine: users, units, files of the system; apps/cluster-node/test/artefact.test.ts starts a cluster from the artefact',
    'useradd --system --home-dir /var/lib/fleetlm --shell /usr/sbin/nologin fleetlm',
    'mkdir -p /opt/fleetlm/node /etc/fleetlm',
    'tar -xzf fleetlm-node-0.1.0.tgz --strip-components=1 -C /opt/fleetlm/node',
    'cp deploy/systemd/fleetlm-node@.service /etc/systemd/system/',
    'systemctl daemon-reload',
    'systemctl enable --now fleetlm-node@n1',
    'journalctl -u fleetlm-node@n1 -f',
    'curl -s http://10.0.0.1:4001/health/ready',
    'systemctl enable --now fleetlm-web',
    'set -a; . /etc/fleetlm/web.env; set +a; node /opt/fleetlm/web/account.js --email you@example.org --role admin',
    'systemctl restart fleetlm-node@n1',
    'ln -s /opt/fleetlm/node/bin/fleetlm /usr/local/bin/fleetlm',
  ),
  ...notHere(
    'it needs a node with an operations port; apps/cluster-node/test/ops-port.test.ts has one',
    'fleetlm profile cpu --ops-url http://127.0.0.1:4301',
  ),
  ...notHere(
    'it needs Docker, which a machine that runs the tests need not have; apps/cluster-node/src/config/deployment.test.ts reads the files',
    `for name in ${SECRETS} POSTGRES_PASSWORD; do ${DRAW_SECRET}; done > .env`,
    'docker compose up --build --detach',
    `docker compose exec web ${FIRST_ADMIN}`,
    `${BUILD_IMAGE} --target node --tag registry.example.com/fleetlm-node:0.1.0 --push .`,
    `${BUILD_IMAGE} --target web --tag registry.example.com/fleetlm-web:0.1.0 --push .`,
  ),
  ...notHere(
    'it needs a Kubernetes cluster; apps/cluster-node/src/config/deployment.test.ts reads the chart',
    'kubectl create namespace fleetlm',
    'kubectl -n fleetlm create secret generic fleetlm-secrets --from-env-file=secrets.env',
    'helm install fleetlm deploy/helm/fleetlm --namespace fleetlm --values my-values.yaml',
    'kubectl -n fleetlm rollout status statefulset/fleetlm',
    `kubectl -n fleetlm exec deploy/fleetlm-web -- ${FIRST_ADMIN}`,
  ),
  ...notHere('the address is the reader’s', `${DOCTOR} <url>`),
];
