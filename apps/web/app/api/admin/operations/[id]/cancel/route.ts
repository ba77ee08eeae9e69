import { cancelRequest } from '@/lib/operation-request.ts';

/** Ends an operation before it is done. */
export async function POST(
  request: Request,
  { params }: { readonly params: Promise<{ readonly id: string }> },
): Promise<Response> {
  const { id } = await params;
  return cancelRequest(id, request);
}
