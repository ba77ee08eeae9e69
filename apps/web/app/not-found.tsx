import Link from 'next/link';
import { Button } from '@/ui/button.tsx';

export default function NotFound() {
  return (
    <div className="grid h-full min-h-[60dvh] place-items-center p-8 text-center">
      <div>
        <h1 className="text-xl font-semibold">Page not found</h1>
        <p className="mb-4 mt-1 text-muted">
          It does not exist, or your account has no access to it.
        </p>
        <Button asChild>
          <Link href="/inbox">Go to the inbox</Link>
        </Button>
      </div>
    </div>
  );
}
