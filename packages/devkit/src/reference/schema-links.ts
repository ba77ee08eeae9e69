/** On which page an object is described. Ids and times are described with the REST calls. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  'rest.md': [
    'Session',
    'Message',
    'Blob',
    'BlobUpload',
    'Agent',
    'AgentWindow',
    'AgentNodeStats',
    'AgentTest',
    'Delivery',
    'DeliveryAttempt',
    'DeliveryExchange',
    'DeliverySources',
    'ExchangedMessage',
    'DeadLetterGroup',
    'Event',
    'EventSubscription',
    'EventDeadLetter',
    'ClusterNode',
    'ClusterGroup',
    'ClusterReplica',
    'StalledReplica',
    'Operation',
    'OperationPlan',
    'AuditEntry',
    'ClusterTolerance',
    'Problem',
    'Readiness',
  ],
  'socket-events.md': ['InboxEntry', 'RunState', 'LiveAnswer', 'ClusterEvent'],
  'webhook.md': ['WebhookMessage'],
};

/** The objects that a page describes, in its order. */
export function objectsOf(page: string): readonly string[] {
  return PAGES[page] ?? [];
}

/** Links from `page` to the description of a named schema. */
export function linksFrom(page: string): (schemaName: string) => string {
  return (name) => {
    const home = Object.keys(PAGES).find((candidate) => PAGES[candidate]?.includes(name));
    if (home === undefined) return `[${name}](${page === 'rest.md' ? '' : 'rest.md'}#identifiers)`;
    return `[${name}](${home === page ? '' : home}#${name.toLowerCase()})`;
  };
}
