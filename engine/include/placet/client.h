/**
 * @file
 * The client library: department adapters, portals, watchers.
 *
 * There are three handles, one for each thing that a program may be:
 *
 * - struct placet_adapter takes the tasks of a department's services and answers them;
 * - struct placet_client asks: it starts cases, sends signals, publishes, looks things up;
 * - struct placet_watch reads events from a cursor, in order, none missing, none twice.
 *
 * What they have in common:
 *
 * **The engine may die.** A handle connects by itself, again and again, opens a new session after
 * every break, subscribes again and sends again what was not answered, with the same idempotency
 * ids: whatever was answered once counts once. Nothing needs to be done about it, and nothing is
 * lost but time.
 *
 * **Threads.** A handle belongs to one thread at a time. Its sockets and its heartbeats are turned
 * by that thread, in the functions that take a time-out: call one of them at least each second, or
 * poll placet_..._fd() and call it with a time-out of 0 whenever the descriptor is readable and
 * whenever placet_..._wait_ms() have passed. Handles of different threads do not touch each other.
 * Functions of the program are called from within those; they may ask and answer, but neither run
 * nor close the handle that calls them.
 *
 * **Time.** Wall-clock times are integer milliseconds since 1970-01-01 UTC on the *engine's* clock,
 * which may run fast in tests and demonstrations. Time-outs of functions are real milliseconds; a
 * negative one waits for ever.
 *
 * **Failure.** Functions return 0 (or what they say) or a negative #placet_status; `err` may be
 * NULL and is written only on failure. A refusal by the engine is an answer, not a failure of the
 * library: struct placet_reply carries it. Programming mistakes (an answered task answered again)
 * give #PLACET_EINVALID and change nothing.
 *
 * **Where the engine is.** `at` is the run directory of the engine (the folder with work.sock and
 * api.sock) or one ZeroMQ endpoint ("tcp://127.0.0.1:7611"). NULL takes the environment variable
 * PLACET_AT, and without it /run/placet.
 */
#ifndef PLACET_CLIENT_H
#define PLACET_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <placet/error.h>
#include <placet/protocol.h>
#include <placet/value.h>

/** Who connects, and where to. All text is copied. */
struct placet_options {
    const char *at;   /**< see above; may be NULL */
    const char *name; /**< who this is, for the record; required: at most 48 letters, digits,
                           dots, dashes and underscores */
    const char *role; /**< client only: "portal" (default), "officer", "admin" or "monitor" */
    int open_ms;      /**< how long opening waits for the engine; 0 = 5,000, negative = for ever */
};

/** Where PLACET_AT or `at` lead: the endpoint "work", "api" or "tail" as ZeroMQ writes it.
 * #PLACET_EINVALID when it does not fit (a socket's path has at most 107 bytes). */
PLACET_API PLACET_MUST_CHECK int placet_endpoint(const char *at, const char *which, char *out,
                                                 size_t size, struct placet_error *err);

/** What the engine said of itself in the newest session. */
struct placet_session {
    char node[64];    /**< name of the engine */
    char session[64]; /**< name of the session */
    int64_t now_ms;   /**< the engine's clock when it last said so: never ahead of it */
    int64_t rate;     /**< how fast that clock runs; 1 in production */
    uint64_t count;   /**< sessions so far: more than 1 says that the connection broke */
};

/* ============================== asking: portals, officers, admins ==============================
 */

struct placet_client;

/** An answer. Borrowed from the client until its next function is called. */
struct placet_reply {
    enum placet_code code;    /**< PLACET_CODE_NONE: yes. Otherwise why not */
    bool repeated;            /**< the same was asked before: this is the stored answer */
    struct placet_value body; /**< as schemas/messages/ says; of a refusal {code, name, message,
                                   retry, after?, detail?} */
};

/** Connects and waits for a session: #PLACET_EUNREACHABLE when none came in `open_ms`. */
PLACET_API PLACET_MUST_CHECK int placet_client_open(const struct placet_options *options,
                                                    struct placet_client **client_out,
                                                    struct placet_error *err);
/** Ends the session. NULL and a NULL handle are fine; the handle becomes NULL. */
PLACET_API void placet_client_close(struct placet_client **client);

PLACET_API const struct placet_session *placet_client_session(const struct placet_client *client);

/**
 * Asks and waits. `body` is a map; a command (kinds 0x02..) without a key "idem" gets an
 * idempotency id of its own, so that it counts once however often the connection breaks. Returns 0
 * when an answer came, yes or no; #PLACET_ETIMEOUT (negative time-outs wait for ever) leaves the
 * outcome of a command open: ask again with the same "idem" to learn it.
 */
PLACET_API PLACET_MUST_CHECK int placet_call(struct placet_client *client, enum placet_kind kind,
                                             struct placet_value body, int timeout_ms,
                                             struct placet_reply *reply_out,
                                             struct placet_error *err);

/** 0 for yes; otherwise the status that fits the refusal, and its words in `err`. */
PLACET_API int placet_reply_status(const struct placet_reply *reply, struct placet_error *err);

/**
 * Asks and does not wait: `answered` is called from placet_client_run (or from any other function
 * that waits) with the answer, in the order in which answers come. `reply` is borrowed for the
 * call. Any number may be under way; they are sent again after a break, and when no answer came for
 * some seconds; those that still are under way when the client is closed are forgotten.
 * #PLACET_ENOMEM.
 */
PLACET_API PLACET_MUST_CHECK int
placet_call_later(struct placet_client *client, enum placet_kind kind, struct placet_value body,
                  void (*answered)(void *context, const struct placet_reply *reply), void *context);

/**
 * Sends, receives and calls back for at most `timeout_ms`, but returns as soon as something was
 * answered: the number of answers, or a negative status.
 */
PLACET_API int placet_client_run(struct placet_client *client, int timeout_ms);
/** How many calls wait for an answer. */
PLACET_API size_t placet_client_pending(const struct placet_client *client);
PLACET_API int placet_client_fd(const struct placet_client *client);
PLACET_API int placet_client_wait_ms(const struct placet_client *client);

/* The usual questions. They wait up to ten seconds, and a refusal is a negative status with the
 * engine's words in `err`. `reply_out` may be NULL; it is written whenever an answer came. */

/** A case to start. `workflow`, `key` and `form` are required. */
struct placet_start {
    const char *workflow;
    int64_t revision; /**< 0: the newest */
    const char *key; /**< the applicant's number of it: unique among the open cases of a workflow */
    struct placet_value form;
    const char *on_existing; /**< when the key is taken: "reject" (default) or "use" */
    const char *idem;        /**< NULL: a new one */
};
#define PLACET_CASE_SIZE 24 /**< bytes of "C1042" with its NUL, at most */

PLACET_API PLACET_MUST_CHECK int placet_start(struct placet_client *client,
                                              const struct placet_start *start,
                                              char case_out[PLACET_CASE_SIZE],
                                              struct placet_error *err);
/** Something that a case waits for happened. `data` may be of size 0. */
PLACET_API PLACET_MUST_CHECK int placet_signal(struct placet_client *client, const char *case_id,
                                               const char *name, struct placet_value data,
                                               struct placet_error *err);
/** The same to every open case that waits for a signal of this name with this key; `reply_out` has
 * them as `cases`. #PLACET_ENOTFOUND when none does. */
PLACET_API PLACET_MUST_CHECK int placet_signal_key(struct placet_client *client, const char *name,
                                                   const char *key, struct placet_value data,
                                                   struct placet_reply *reply_out,
                                                   struct placet_error *err);
/** The applicant's changes to the form that a step asked for: a map, merged into the form. */
PLACET_API PLACET_MUST_CHECK int placet_supplement(struct placet_client *client,
                                                   const char *case_id, struct placet_value changes,
                                                   struct placet_error *err);
PLACET_API PLACET_MUST_CHECK int placet_withdraw(struct placet_client *client, const char *case_id,
                                                 const char *reason, struct placet_error *err);
/** An officer decides in the place of the adapter; `reason` may be NULL. */
PLACET_API PLACET_MUST_CHECK int placet_decide(struct placet_client *client, const char *task,
                                               const char *decision, const char *reason,
                                               struct placet_error *err);

/** The clocks of a step stand still for a reason of the law ("hearing"), with a written estimate of
 * how long; and go on. */
PLACET_API PLACET_MUST_CHECK int placet_clock_stop(struct placet_client *client,
                                                   const char *case_id, const char *step,
                                                   const char *reason, const char *estimate,
                                                   struct placet_error *err);
PLACET_API PLACET_MUST_CHECK int placet_clock_resume(struct placet_client *client,
                                                     const char *case_id, const char *step,
                                                     const char *reason, struct placet_error *err);
/** Extends the limits of a step, once, before they end; `role` as the definition names it. `count`
 * is in the unit of the definition's extension; 0: all that it allows. */
PLACET_API PLACET_MUST_CHECK int placet_extend(struct placet_client *client, const char *case_id,
                                               const char *step, const char *role, uint32_t count,
                                               const char *reason, struct placet_error *err);
/** Another department that the step names is competent: the task goes there. */
PLACET_API PLACET_MUST_CHECK int placet_hand_over(struct placet_client *client, const char *task,
                                                  const char *service, const char *reason,
                                                  struct placet_error *err);

/** Publishes a definition: `files` is a list of [name, text], the workflow first, as
 * placet_bundle_bytes gives it (<placet/definition.h>). `reply_out` has the revision, or the
 * mistakes with file, line and column. */
PLACET_API PLACET_MUST_CHECK int placet_publish(struct placet_client *client,
                                                struct placet_value files, bool dry_run,
                                                struct placet_reply *reply_out,
                                                struct placet_error *err);

/** `what`: "case", "task"; see schemas/messages/ for what can be asked of each, also of a
 * definition, by placet_call. */
PLACET_API PLACET_MUST_CHECK int placet_get(struct placet_client *client, const char *what,
                                            const char *id, struct placet_reply *reply_out,
                                            struct placet_error *err);
/** A page of `what`: "cases", "tasks", "definitions", "sessions", "services", as {items, next,
 * ...}. `filter` is a map such as {"workflow": "..."}, or of size 0; `limit` at most 500 (0: the
 * engine's choice); `after` is 0, then `next` of the page before until that is nil. */
PLACET_API PLACET_MUST_CHECK int placet_list(struct placet_client *client, const char *what,
                                             struct placet_value filter, int64_t limit,
                                             int64_t after, struct placet_reply *reply_out,
                                             struct placet_error *err);
/** What a case waits for, since when, who, until when, and what happens then. */
PLACET_API PLACET_MUST_CHECK int placet_why(struct placet_client *client, const char *case_id,
                                            struct placet_reply *reply_out,
                                            struct placet_error *err);

/* ============================== adapters ============================== */

struct placet_adapter;

/**
 * A task in the hands of this adapter. It is given to `handle` once and stays valid until it is
 * answered (complete, fail, throw, release) or `withdrawn` returns; all members are borrowed from
 * it. A task that came twice, which happens after a break, is handed over once.
 */
struct placet_task {
    const char *task;     /**< "C1042.7.0.1": case, step, member, round */
    const char *service;  /**< "water.soil_water_approval" */
    const char *case_id;  /**< "C1042" */
    const char *key;      /**< the applicant's number of the case, "" without one */
    const char *workflow; /**< id of the definition */
    const char *step;     /**< id of the step */
    const char *role;     /**< in a joint step "decision" or "opinion" of a member, "signer" of one
                               of several signatures; else "lead" */
    int64_t revision;     /**< of the definition */
    int64_t attempt;      /**< 1, and one more after each failure */
    int64_t due_ms;       /**< end of the promised limit; 0: none */
    int64_t now_ms;       /**< the engine's clock when it was offered */
    bool hold;            /**< the answer is recorded and takes effect later (`decide_after`) */
    struct placet_value data;      /**< what the step sees of the form: a map */
    struct placet_value decisions; /**< list of the ids of which one may be answered; an opinion
                                        answers "no_objection" or "objection" */
    struct placet_value documents; /**< list of {id, title, from, content} */
    struct placet_value body;      /**< the whole message, for everything else */
    void *mine;                    /**< for the adapter's own use; NULL at first */
};

/** A service, and what to do with its tasks. The name is copied. */
struct placet_service {
    const char *name; /**< "water.soil_water_approval" */
    int hands;        /**< how many tasks may be here and not parked at the same time, 1 to 4096 */
    void *context;    /**< given to the functions below */

    /** A task came. Answer it now, or keep it and answer later. Required. */
    void (*handle)(void *context, struct placet_task *task);

    /** The time came that was given to placet_task_park. May be NULL. */
    void (*due)(void *context, struct placet_task *task);

    /** The task is not wanted any more (its case ended or went back, or somebody else has it):
     * drop the work. The task is gone when this returns. May be NULL. */
    void (*withdrawn)(void *context, struct placet_task *task, const char *reason);
};

/** What became of an answer: durable, or refused. Borrowed for the call. */
struct placet_outcome {
    const char *task;
    enum placet_kind kind; /**< PLACET_KIND_COMPLETE and so on */
    enum placet_code code; /**< PLACET_CODE_NONE: it counts. SUPERSEDED: somebody else has it */
    bool repeated;         /**< it counted already */
    int64_t sequence;      /**< of the event */
    uint64_t took_us;      /**< from the answer to this */
    struct placet_value body;
};

/** `options->name` is the department, "water"; its services are the only ones that it may take. */
PLACET_API PLACET_MUST_CHECK int placet_adapter_open(const struct placet_options *options,
                                                     struct placet_adapter **adapter_out,
                                                     struct placet_error *err);
/** Ends the session. Tasks in hand stay the department's until their leases end. */
PLACET_API void placet_adapter_close(struct placet_adapter **adapter);

/**
 * Wants the tasks of a service, from now on and after every break. A refusal (no such service)
 * comes from placet_adapter_run. #PLACET_EINVALID for hands out of range or a second subscription.
 */
PLACET_API PLACET_MUST_CHECK int placet_adapter_subscribe(struct placet_adapter *adapter,
                                                          const struct placet_service *service);

/** Called for the outcome of every answer; refusals are also counted by placet_adapter_refused. */
PLACET_API void placet_adapter_on_outcome(struct placet_adapter *adapter,
                                          void (*outcome)(void *context,
                                                          const struct placet_outcome *outcome),
                                          void *context);

/**
 * The loop of an adapter: sends, receives, hands tasks over, for at most `timeout_ms`, but returns
 * after each batch. Returns how many messages were handled, #PLACET_EDENIED or another status when
 * the engine refused the session or a subscription for good, with the words in `err`.
 */
PLACET_API PLACET_MUST_CHECK int placet_adapter_run(struct placet_adapter *adapter, int timeout_ms,
                                                    struct placet_error *err);
PLACET_API int placet_adapter_fd(const struct placet_adapter *adapter);
PLACET_API int placet_adapter_wait_ms(const struct placet_adapter *adapter);

PLACET_API const struct placet_session *
placet_adapter_session(const struct placet_adapter *adapter);
/** Tasks in hand, parked ones included. */
PLACET_API size_t placet_adapter_tasks(const struct placet_adapter *adapter);
/** Answers under way: 0 says that everything answered is durable. */
PLACET_API size_t placet_adapter_pending(const struct placet_adapter *adapter);
/** Answers refused so far. */
PLACET_API uint64_t placet_adapter_refused(const struct placet_adapter *adapter);

/* Answers. Each is sent in the next placet_adapter_run at the latest and sent again until the
 * engine answered. After the last five the task is gone: do not touch it again. */

/** The answer of a department. Text and values are copied. */
struct placet_answer {
    const char *decision;          /**< id of one of task->decisions; required */
    const char *reason;            /**< required by some decisions; NULL: none */
    struct placet_value answer;    /**< a map, kept with the case; or of size 0 */
    struct placet_value documents; /**< list of maps, each with the `id` of a document that the step
                                        issues and what is kept of it; or of size 0 */
    const char *officer;           /**< who decided, in a system of several; NULL: the adapter */
};

/** Work begins, and the task must be answered within the lease: say so again by
 * placet_task_progress. Not needed when the answer follows at once: every answer implies it. */
PLACET_API PLACET_MUST_CHECK int placet_task_take(struct placet_task *task);
/** Still at work. `percent` 0 to 100; `note` may be NULL. */
PLACET_API PLACET_MUST_CHECK int placet_task_progress(struct placet_task *task, int percent,
                                                      const char *note);
/**
 * People work on it now, under `reference` in the department's own system: no heartbeats, limits
 * run on. `until_ms` (engine's clock, 0 = unknown) is when the adapter means to come back: then
 * `due` of the service is called.
 */
PLACET_API PLACET_MUST_CHECK int placet_task_park(struct placet_task *task, const char *reference,
                                                  int64_t until_ms);
/** The clocks of the step stand still for a reason of the law ("hearing"), with a written estimate;
 * and go on. The task stays in hand. */
PLACET_API PLACET_MUST_CHECK int placet_task_pause(struct placet_task *task, const char *reason,
                                                   const char *estimate);
PLACET_API PLACET_MUST_CHECK int placet_task_resume(struct placet_task *task, const char *reason);
PLACET_API PLACET_MUST_CHECK int placet_task_complete(struct placet_task *task,
                                                      const struct placet_answer *answer);
/** Technical failure: retried after `backoff_ms` (0: the engine's choice) when `retryable`. */
PLACET_API PLACET_MUST_CHECK int placet_task_fail(struct placet_task *task, const char *code,
                                                  const char *message, bool retryable,
                                                  int64_t backoff_ms);
/** Business error: an operator looks at it. */
PLACET_API PLACET_MUST_CHECK int placet_task_throw(struct placet_task *task, const char *code,
                                                   const char *message);
/** Given back, no attempt burnt. */
PLACET_API PLACET_MUST_CHECK int placet_task_release(struct placet_task *task);
/** Not competent: it goes to another service that the step names (`choices` of the task's body). */
PLACET_API PLACET_MUST_CHECK int placet_task_hand_over(struct placet_task *task,
                                                       const char *service, const char *reason);

/* ============================== watching ============================== */

struct placet_watch;

struct placet_watch_options {
    struct placet_options connect;
    uint64_t after;      /**< cursor: the last sequence seen; 0 = from the oldest event */
    bool only_new;       /**< from now on; `after` is not used */
    bool without_values; /**< leave out forms, answers and definitions */
    struct placet_value
        filter; /**< {types, workflow, department, case}, each a text or a list of
                     at most 16; what is absent lets everything pass, as does size 0 */
};

/** Borrowed from the watch until its next function is called. */
struct placet_event {
    uint64_t sequence; /**< store it with what you made of the event: it is the cursor */
    uint64_t previous; /**< of the event before that the filter lets through */
    int64_t at_ms;
    struct placet_text type;    /**< "step_done" */
    struct placet_text case_id; /**< "C1042"; empty for an event of the engine */
    struct placet_text step;    /**< id of the step, or empty */
    struct placet_value body;   /**< the whole event */
};

PLACET_API PLACET_MUST_CHECK int placet_watch_open(const struct placet_watch_options *options,
                                                   struct placet_watch **watch_out,
                                                   struct placet_error *err);
PLACET_API void placet_watch_close(struct placet_watch **watch);

/**
 * The next event: 1 and an event, or 0 when none came in `timeout_ms`. Each event says which one
 * was before it; when that is not the one that was seen, #PLACET_ECORRUPT: a gap is never silent.
 * #PLACET_ENOTFOUND when the events asked for are gone from the engine (`err` says what is the
 * oldest), #PLACET_EDENIED when watching was refused.
 */
PLACET_API PLACET_MUST_CHECK int placet_watch_next(struct placet_watch *watch, int timeout_ms,
                                                   struct placet_event *event_out,
                                                   struct placet_error *err);
/** Everything up to here was seen or filtered out: open the next watch after it. */
PLACET_API uint64_t placet_watch_cursor(const struct placet_watch *watch);
PLACET_API const struct placet_session *placet_watch_session(const struct placet_watch *watch);
PLACET_API int placet_watch_fd(const struct placet_watch *watch);
PLACET_API int placet_watch_wait_ms(const struct placet_watch *watch);

#endif
