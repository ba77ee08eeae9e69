import { join } from 'node:path';
import { TestCluster } from '../../apps/cluster-node/test/support/cluster.ts';
import { SdkAgent, say } from '../../apps/cluster-node/test/support/sdk-agent.ts';
import { startProgram } from '../../examples/start-example.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/use-chat');

/** The example `use-chat` with a small cluster of its own, and an agent whose answers the journey writes. */
export interface UseChatExample {
  readonly cluster: TestCluster;
  readonly siteUrl: string;
  readonly agent: SdkAgent;
  close(): Promise<void>;
}

export async function startUseChatExample(): Promise<UseChatExample> {
  const agent = new SdkAgent();
  const originUrl = await agent.listen();
  const [cluster, site] = await Promise.all([
    TestCluster.start(),
    startProgram([process.execPath, 'server.ts'], EXAMPLE, '', 0),
  ]);
  await cluster.call('n1', 'POST', '/api/agents', {
    body: { agent: { id: 'sdk', name: 'SDK', origin_url: originUrl, debounce_window_ms: 0 } },
  });
  agent.script = () => say('Hello', ' there');
  return {
    cluster,
    siteUrl: site.url,
    agent,
    close: async () => {
      agent.close();
      await site.stop();
      await cluster.close();
    },
  };
}
