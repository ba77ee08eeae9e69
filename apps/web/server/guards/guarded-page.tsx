import 'server-only';
import { notFound, redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import type { Person } from '../../common/person.ts';
import type { Role } from '../../common/roles.ts';
import { Notice } from '../../ui/notice.tsx';
import { admit } from '../accounts/session.ts';

/** A page or a layout, of a person whose role was asked for. For others it does not exist. */
type Rendered<P> = (props: P, person: Person) => ReactNode | Promise<ReactNode>;

export function userPage<P>(render: Rendered<P>): (props: P) => Promise<ReactNode> {
  return guarded('user', render);
}

export function ownerPage<P>(render: Rendered<P>): (props: P) => Promise<ReactNode> {
  return guarded('owner', render);
}

export function adminPage<P>(render: Rendered<P>): (props: P) => Promise<ReactNode> {
  return guarded('admin', render);
}

function guarded<P>(needed: Role, render: Rendered<P>): (props: P) => Promise<ReactNode> {
  return async (props) => {
    const admission = await admit(needed, 'view');
    if (admission.ok) return render(props, admission.signIn.person);
    if (admission.why === 'signed-out') redirect('/login');
    if (admission.why === 'forbidden') notFound();
    return (
      <div className="p-4 md:p-6">
        <Notice tone="critical" role="alert">
          Postgres is unreachable, so your role can’t be confirmed. This page returns when it does;
          conversations are not affected.
        </Notice>
      </div>
    );
  };
}
