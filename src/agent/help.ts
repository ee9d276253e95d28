/** What `--help` says after the list of commands. */
export const help = `
Configuration (JSON; paths in it count from its folder):
  { "vmName": "vm01",                      default: the host name
    "storage": { "blobUrl": "https://ACCOUNT.blob.core.windows.net",
                 "queueUrl": "https://ACCOUNT.queue.core.windows.net" },
    "workFolder": "/var/lib/rouse",
    "guestUser": { "uid": 1001, "gid": 1001 },   guest programs run as this account, which nothing else may use: all that
                                         runs as it is ended with them; the agent must be root, on Linux
    "guests": {
      "profile": {
        "command": "node profile.mjs {input} {output}",   or an array; never run through a shell
        "extension": ".json",                of the output
        "workingFolder": "/opt/profile",     default: the folder of the run
        "timeLimitSeconds": 600,             default: what the functions say
        "environment": ["PATH", "MODE=x"],   names passed on, and fixed pairs; nothing else
        "next": "chart",                     the output goes on to this action
        "permanentExitCodes": [2, 65],       failures that no further run would mend
        "console": { "files": 5, "bytes": 1048576 } } },
    "default": { "command": "..." },         the guest program of all other actions
    "peekSeconds": 5, "askSeconds": 30, "renewSeconds": 60, "callSeconds": 20, "hopsMax": 8 }
  A guest succeeds with exit code 0 and a file at {output}. {action} can be filled in too.

How the functions are reached, no secret being on disk: the agent reads the blob access.json in the container "config" by
the VM's identity, again when the functions answer 401; "functionKey" and "audience" (whose token is sent) may be left out:
  { "endpoint": "https://APP.azurewebsites.net/api", "functionKey": "...", "audience": "api://..." }

Environment (wins over the file): ROUSE_AGENT_CONFIG, ROUSE_VM_NAME, ROUSE_LOCAL_ADDRESS, ROUSE_WORK_FOLDER, ROUSE_BLOB_URL,
  ROUSE_QUEUE_URL, ROUSE_DATA_CONTAINER, ROUSE_RESULTS_CONTAINER, ROUSE_CONFIG_CONTAINER, ROUSE_PROCESSING_QUEUE,
  ROUSE_LOG_QUEUE

For a site's own script, in place of "run":
  rouse-agent next                           one JSON line: path, fileName, action, jobId, attempt, leaseSeconds
  rouse-agent hold &                         only for work that takes longer than leaseSeconds
  rouse-agent done FILENAME --result PATH    or --failed "why" [--permanent]; the next file, if any, is got with "next" again
  Without "hold" the lease runs out; the file may then be given to another VM, and the first result counts.

Exit codes: 0 done, 1 failed, 2 wrong configuration, 3 nothing to do, 4 the file is no longer this VM's
`;
