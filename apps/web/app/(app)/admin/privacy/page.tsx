import type { Metadata } from 'next';
import { PrivacyView } from '@/features/admin/privacy/privacy-view.tsx';
import { legalHolds, privacyOperations } from '@/server/cluster/privacy.ts';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Privacy' };

export default adminPage(async () => {
  const [operations, holds] = await Promise.all([privacyOperations(), legalHolds()]);
  return <PrivacyView operations={operations} holds={holds} />;
});
