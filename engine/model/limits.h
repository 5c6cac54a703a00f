/* Every bound of the engine, in one place, with the reason for the number. Reaching one is an error
 * that names it. */
#ifndef PL_MODEL_LIMITS_H
#define PL_MODEL_LIMITS_H

#define PL_STEPS_MAX      256  /* the source process had 35; a mask of steps is four words */
#define PL_MEMBERS_MAX    32   /* members of one joint step; the largest known has 6 */
#define PL_TASKS_MAX      1024 /* tasks of one case: steps, members and items together */
#define PL_ITEMS_MAX      256  /* items of one set: buildings of a site, neighbours to hear */
#define PL_DEPTH_MAX      8    /* children of children: a workflow may run itself so deep */
#define PL_HAND_OVERS_MAX 8    /* of one task: departments that send a file in circles */
#define PL_SIGNAL_CASES_MAX                                                                        \
    256 /* told by one signal with a key, in one commit: the parcels of one auction */
#define PL_VARIABLES_MAX   256  /* that the expressions of a definition read */
#define PL_TABLE_RULES_MAX 512  /* rules of a decision table: the negative list has 31 items */
#define PL_ARCS_MAX        32   /* steps named in one `after` */
#define PL_DECISIONS_MAX   64   /* distinct decisions of a definition */
#define PL_RUNGS_MAX       8    /* rungs of a `late` ladder */
#define PL_RESULTS_MAX     32   /* results of a definition */
#define PL_SERVICES_MAX    1024 /* distinct department.service names in one store */
#define PL_DOCUMENTS_MAX   256  /* distinct documents of a definition */
#define PL_RETURNS_MAX     99   /* upper bound of `at_most`: loops are bounded */
#define PL_BACK_RULES_MAX  8    /* decisions of one step that go back: a counter of 8 bits each */
#define PL_ATTEMPTS_MAX    10   /* failures in a row before an operator must look: 17 minutes */
#define PL_ID_MAX          64   /* bytes of an identifier */
#define PL_TITLE_MAX       256  /* bytes of a title in one language */
#define PL_KEY_MAX         128  /* bytes of a business key or idempotency id */
#define PL_REASON_MAX      4096 /* bytes of a reason: about two pages in Chinese */
#define PL_PRINCIPAL_MAX   64   /* bytes of a principal's name */
#define PL_BODY_MAX        (1u << 20) /* one message (protocol, Frames) */
#define PL_PUBLISH_BODY_MAX                                                                        \
    (4u << 20) /* a PUBLISH message: a definition with its forms and calendar */
#define PL_EVENTS_MAX                                                                              \
    8192 /* of one command: four times what settling or reopening every step and task takes */
#define PL_TIMER_EVENTS_MAX                                                                        \
    1024 /* after so many a TIMER_FIRE leaves the rest, which is due at once, to the next one */
#define PL_EXTENSIONS_MAX     1440 /* lease times that one PROGRESS may ask for: a day */
#define PL_BACKOFFS_MAX       3600 /* first waits that one FAIL may ask for: an hour */
#define PL_EFFECTS_MAX        4    /* of one event */
#define PL_BATCH_MESSAGES_MAX 1024 /* messages that share one commit */
#define PL_FRAME_SIZE_TARGET                                                                       \
    65520 /* a frame of 64 KiB commits as fast as one of 4 KiB; n * 4096 - 16 fills its pages */
#define PL_BLOCK_CASES       8  /* cases in a block: about two pages for cases of 16 steps */
#define PL_BLOCKS_PER_COMMIT 16 /* blocks that ride on one commit: +0.3 ms at most */
#define PL_REPLAY_EVENTS_MAX                                                                       \
    1000000 /* events that a recovery may have to replay: a quarter of a second */
#define PL_OPEN_CASES_MAX   4000000 /* open cases of a partition; the map of slots grows to it */
#define PL_IDEMPOTENCY_DAYS 7       /* protocol: a reply is kept for 7 days */
#define PL_IDEMPOTENCY_MAX                                                                         \
    1000000 /* stored replies; the oldest leave first when there are more                          \
             */
#define PL_CLOSED_KEYS_MAX                                                                         \
    16000000               /* business keys of closed cases held in memory: 36 bytes each */
#define PL_CREDIT_MAX 4096 /* tasks in the hands of one subscription, events on their way */

#endif
