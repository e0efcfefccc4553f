import { UserList } from './UserList.tsx';

/** The people of the organisation. */
export function People() {
  return <UserList kind="person" />;
}

/** The API users of the organisation. */
export function ApiUsers() {
  return <UserList kind="api" />;
}
