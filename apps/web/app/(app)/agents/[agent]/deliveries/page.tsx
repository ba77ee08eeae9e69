import type { Metadata } from 'next';
import { deliveriesQueryOf } from '@/features/agents/deliveries/deliveries-query.ts';
import { DeliveriesTable } from '@/features/agents/deliveries/deliveries-table.tsx';
import { DeliveryDrawer } from '@/features/agents/deliveries/delivery-drawer.tsx';
import { DeliverySources } from '@/features/agents/deliveries/delivery-sources.tsx';
import { StateFilter } from '@/features/agents/deliveries/state-filter.tsx';
import { LiveRefresh } from '@/features/agents/live-refresh.tsx';
import { getDelivery, listDeliveries } from '@/server/cluster/agents.ts';
import { ownerPage } from '@/server/guards/guarded-page.tsx';
import { Notice } from '@/ui/notice.tsx';

export const metadata: Metadata = { title: 'Deliveries' };

type DeliveriesProps = PageProps<'/agents/[agent]/deliveries'>;

export default ownerPage(async ({ params, searchParams }: DeliveriesProps) => {
  const agentId = decodeURIComponent((await params).agent);
  const { state, cursor, d: open } = await deliveriesQueryOf(searchParams);
  const [list, delivery] = await Promise.all([
    listDeliveries(agentId, { state, cursor }),
    open === null ? null : getDelivery(agentId, open),
  ]);
  return (
    <>
      {/* An older page does not change, and neither does a row that is open. */}
      {cursor === null && open === null && <LiveRefresh />}
      <StateFilter current={state} />
      {list.ok ? (
        <>
          <DeliverySources sources={list.value.sources} />
          <DeliveriesTable
            agentId={agentId}
            deliveries={list.value.deliveries}
            next={list.value.next}
            state={state}
            isFirstPage={cursor === null}
          />
        </>
      ) : (
        <Notice tone="critical" role="alert">
          Deliveries are unavailable: {list.problem.detail}
        </Notice>
      )}
      {delivery !== null && (
        <DeliveryDrawer
          delivery={delivery.ok ? delivery.value.delivery : null}
          problem={delivery.ok ? null : delivery.problem.detail}
        />
      )}
    </>
  );
});
