const tabs = ['details', 'proof', 'history', 'rotations', 'key', 'used', 'shares'] as const;
/** The tabs of the account drawer. */
export type DrawerTab = (typeof tabs)[number];

/** The tab an address names; Details when it names none. */
export function drawerTab(text: string | undefined): DrawerTab {
  return tabs.find((tab) => tab === text) ?? 'details';
}
