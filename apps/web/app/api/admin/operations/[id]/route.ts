import { operatorRequest } from '@/lib/operator-request.ts';

/** One operation, also one that is too old for the live list. */
export async function GET(
  _request: Request,
  { params }: { readonly params: Promise<{ readonly id: string }> },
): Promise<Response> {
  const { id } = await params;
  return operatorRequest({ path: `/api/admin/operations/${encodeURIComponent(id)}` });
}
