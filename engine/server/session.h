/* The inside of sessions: what sessions.c, dispatch.c, holders.c and the handlers share. */
#ifndef PL_SERVER_SESSION_H
#define PL_SERVER_SESSION_H

#include "base/map.h"
#include "server/request.h"
#include "server/sessions.h"

#define PL_NONE              UINT32_MAX
#define PL_SESSIONS_MAX      4096  /* peers at one time; a city has some hundred systems */
#define PL_SUBSCRIPTIONS_MAX 16384 /* of all sessions; a session may ask for every service */
#define PL_SESSION_NAME_SIZE (PL_PRINCIPAL_MAX + 24)
#define PL_HEARTBEAT_MS      2000 /* how often a peer should say something */
#define PL_STRANGER_ERRORS   256  /* answers to peers without a session, in one turn */

struct pl_session {
    uint64_t number; /* 0: free; counts up, also in the name */
    enum pl_endpoint endpoint;
    struct pl_peer peer;
    enum pl_actor actor;
    char role;                            /* letter of messages.def */
    char principal[PL_PRINCIPAL_MAX + 1]; /* "adapter:planning_land" */
    char name[PL_SESSION_NAME_SIZE];      /* principal#number: in TASK_OFFERED */
    int64_t opened_ms;
    int64_t heard_real_ms;
    uint32_t subscriptions; /* first of its list, by index */
    uint32_t subscription_count;
    bool holds; /* some task was given to it, or spoken of by it */
    bool draining;
};

struct pl_subscription {
    uint32_t session; /* PL_NONE: free */
    uint32_t service;
    uint32_t client_id; /* the peer's own number for it */
    uint32_t max;
    uint32_t free;    /* hands */
    uint32_t in_hand; /* tasks that occupy a hand */
    uint32_t next_of_session;
    uint32_t next_of_service; /* a ring */
    uint32_t previous_of_service;
};

/* Who has a task. */
struct pl_holder {
    struct pl_case_id case_id; /* 0: free entry */
    uint16_t step;
    uint16_t item;
    bool hand;   /* it occupies a hand of the subscription */
    bool parked; /* people work on it */
    bool fused;  /* a fast clock does not wait for it any more */
    struct pl_lease lease;
    uint64_t session;      /* its number; 0: unknown since the restart */
    uint32_t subscription; /* PL_NONE: unknown */
    uint32_t next_free;
    int64_t until_ms;       /* parked: when the adapter means to come back; 0 = unknown */
    int64_t waited_real_ms; /* since when a fast clock waits; 0 = it does not */
};

struct pl_holders {
    struct pl_holder *at;
    uint32_t count; /* entries used so far */
    uint32_t size;
    uint32_t first_free;
    struct pl_map of_task;
};

struct pl_sessions {
    struct pl_session sessions[PL_SESSIONS_MAX];
    uint32_t session_count; /* entries used so far */
    uint32_t open_count;
    uint64_t last_number;
    struct pl_map of_peer;

    struct pl_subscription *subscriptions;
    uint32_t subscription_count;
    uint32_t subscription_size;
    uint32_t first_free_subscription;
    uint32_t ring[PL_SERVICES_MAX]; /* by service: the subscription that was served last */

    struct pl_holders holders;
    uint32_t offering; /* subscription of the offer that is being executed */

    int64_t checked_real_ms;
    uint32_t stranger_errors;
    uint64_t stranger_turn;
    bool draining;          /* the engine ends: no more tasks go out */
    uint32_t first_service; /* whose tasks are offered first */
    bool more;              /* offers were left for want of room in the turn */
};

/* ---- sessions.c ---- */

/* The session of a peer, or NULL. */
struct pl_session *pl_session_of(struct pl_server *s, enum pl_endpoint endpoint,
                                 struct pl_peer peer);
/* Opens one, closing an older one of the same peer. NULL when there are too many. */
struct pl_session *pl_session_open(struct pl_server *s, enum pl_endpoint endpoint,
                                   struct pl_peer peer, struct pl_text role_name,
                                   struct pl_text name);
/* Ends it: subscriptions go, its tasks wait for their time-outs or for another session that speaks
 * of them. */
void pl_session_close(struct pl_server *s, struct pl_session *session);
struct pl_session *pl_session_by_number(struct pl_server *s, uint64_t number);

/* Whether a stranger may still be answered in this turn. */
bool pl_session_answers_stranger(struct pl_server *s);

/* Stops handing out tasks, as the engine is about to end. */
void pl_sessions_drain(struct pl_server *s);

/* ---- dispatch.c: subscriptions and offers ---- */

/* Adds a subscription or changes the maximum of the one with the same client id. PLACET_ELIMIT,
 * PLACET_ENOMEM. */
int pl_subscribe(struct pl_server *s, struct pl_session *session, struct pl_text service,
                 uint32_t client_id, uint32_t max, uint32_t *subscription_out);
struct pl_subscription *pl_subscription_of(struct pl_server *s, const struct pl_session *session,
                                           uint32_t client_id);
/* The first one of the session for a service, or NULL. */
struct pl_subscription *pl_subscription_for(struct pl_server *s, const struct pl_session *session,
                                            uint32_t service);
void pl_subscription_add_hands(struct pl_server *s, struct pl_subscription *sub, uint32_t count);
void pl_subscription_take_hand(struct pl_server *s, struct pl_subscription *sub);
/* One more task is in hand that was not offered through this subscription. */
void pl_subscription_occupy_hand(struct pl_server *s, struct pl_subscription *sub);
void pl_unsubscribe_all(struct pl_server *s, struct pl_session *session);

/* Whether some session subscribed to the service. */
bool pl_service_is_served(const struct pl_server *s, struct pl_text service);

/* ---- task_letter.c ---- */

/* An upper bound for TASK. */
uint32_t pl_task_letter_size(const struct pl_server *s, const struct pl_live *live, uint16_t step,
                             uint16_t item);

/* ---- watch.c ---- */

/* False when the session has no such watch. */
bool pl_watch_add_credit(struct pl_server *s, const struct pl_session *session, uint32_t client_id,
                         uint32_t count);
void pl_watches_close_session(struct pl_server *s, const struct pl_session *session);

/* ---- holders.c: who has which task ---- */

int pl_holders_init(struct pl_holders *holders);
void pl_holders_fini(struct pl_holders *holders);
struct pl_holder *pl_holder_of(struct pl_server *s, struct pl_task_ref ref);
struct pl_holder *pl_holder_add(struct pl_server *s, struct pl_task_ref ref);

/* The task is nobody's any more: gives the hand back. Absent is fine. */
void pl_holder_remove(struct pl_server *s, struct pl_task_ref ref);

/* An accepted TAKEN, PROGRESS or PARK of this session, after which the task is leased: the session
 * holds it now. A task from before this session, unless it is parked, occupies one of its hands. */
void pl_holder_spoke(struct pl_server *s, const struct pl_live *live, struct pl_task_ref ref,
                     struct pl_session *session);

/* The latest time that a fast clock may reach while messages are on their way. */
int64_t pl_holders_ceiling(struct pl_server *s, int64_t now_ms, int64_t real_ms);

#endif
