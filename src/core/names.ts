/** The names of the contract (design, section 2), each of which a setting may replace. */
export const defaultNames = {
  data: 'data',
  results: 'results',
  /** An addition to the design's: what the agents are told lies here, and no secret on a VM's disk. */
  config: 'config',
  queueprocessing: 'queueprocessing',
  queuelog: 'queuelog',
  tblvm: 'tblvm',
  tbllog: 'tbllog',
  tblresults: 'tblresults',
  tbljob: 'tbljob',
};

export type Names = typeof defaultNames;

/**
 * What Azure takes as the name of a container and of a queue
 * (https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata, naming-queues-and-metadata).
 */
export const storageName = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;
