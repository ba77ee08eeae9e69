import { operatorRequest } from '@/lib/operator-request.ts';

/** Ends an operation before it is done. */
export async function POST(
  _request: Request,
  { params }: { readonly params: Promise<{ readonly id: string }> },
): Promise<Response> {
  const { id } = await params;
  const path = `/api/admin/operations/${encodeURIComponent(id)}/cancel`;
  return operatorRequest({ path, method: 'POST' });
}
