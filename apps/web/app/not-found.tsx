import Link from 'next/link';
import { Button } from '@/ui/button.tsx';

export default function NotFound() {
  return (
    <div className="grid h-full min-h-[60dvh] place-items-center p-8 text-center">
      <div>
        <h1 className="text-xl font-semibold">There is nothing here</h1>
        <p className="mb-4 mt-1 text-muted">
          The page does not exist, or it is not for your account.
        </p>
        <Button asChild>
          <Link href="/inbox">Go to the inbox</Link>
        </Button>
      </div>
    </div>
  );
}
