/** What the Functions worker loads: every function registers itself while this file is imported, none later. */
import './funcTimerData.ts';
import './funcBlobDataProcessing.ts';
import './funcHttpVMNext.ts';
import './funcHttpVMStop.ts';
import './funcHttpJob.ts';
import './funcQueueLog.ts';
import './funcTimerWatchdog.ts';
