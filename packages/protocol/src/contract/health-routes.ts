import * as z from 'zod';
import { readinessSchema } from '../admin.ts';
import { route } from './route.ts';

const liveSchema = z.strictObject({ live: z.literal(true) });

/** For machines, without a token. */
export const HEALTH_ROUTES = {
  getLiveness: route({
    method: 'GET',
    path: '/health/live',
    topic: 'Health',
    summary: 'The process is there.',
    access: 'anyone',
    answers: [{ status: 200, description: 'it is', body: liveSchema }],
    errors: [],
  }),
  getReadiness: route({
    method: 'GET',
    path: '/health/ready',
    topic: 'Health',
    summary: 'Whether the node can serve, and if not, why not.',
    access: 'anyone',
    answers: [
      { status: 200, description: 'ready', body: readinessSchema },
      { status: 503, description: 'not ready, with reasons', body: readinessSchema },
    ],
    errors: [],
  }),
  getPrometheusMetrics: route({
    method: 'GET',
    path: '/metrics',
    topic: 'Health',
    summary:
      'Metrics for Prometheus; only where the node has no operations port (`OPS_PORT`), which serves them otherwise.',
    access: 'anyone',
    answers: [{ status: 200, description: 'the metrics', body: { mediaType: 'text/plain' } }],
    errors: ['not_found'],
  }),
} as const;
