/** The names of the contract (design, section 2), each of which a setting may replace. */
export const defaultNames = {
  data: 'data',
  results: 'results',
  queueprocessing: 'queueprocessing',
  queuelog: 'queuelog',
  tblvm: 'tblvm',
  tbllog: 'tbllog',
  tblresults: 'tblresults',
  tbljob: 'tbljob',
};

export type Names = typeof defaultNames;
