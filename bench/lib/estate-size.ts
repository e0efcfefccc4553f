/** How large an estate is: set by STRONGROOM_BENCH_ACCOUNTS and so on, for a quick look at less than a million accounts. */
export interface Size {
  readonly resources: number;
  readonly accountsEach: number;
  readonly users: number;
  readonly userGroups: number;
  readonly criteriaGroups: number;
}
