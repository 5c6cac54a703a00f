/* Subscriptions, and the matching of ready tasks with free hands. */
#include <stdlib.h>

#include "base/check.h"
#include "server/session.h"
#include "server/turn.h"

/* ---- subscriptions ----------------------------------------------------------------------------
 */

struct pl_subscription *pl_subscription_of(struct pl_server *s, const struct pl_session *session,
                                           uint32_t client_id)
{
    struct pl_sessions *t = s->sessions;

    for (uint32_t i = session->subscriptions; i != PL_NONE;
         i = t->subscriptions[i].next_of_session) {
        if (t->subscriptions[i].client_id == client_id) {
            return &t->subscriptions[i];
        }
    }
    return NULL;
}

struct pl_subscription *pl_subscription_for(struct pl_server *s, const struct pl_session *session,
                                            uint32_t service)
{
    struct pl_sessions *t = s->sessions;

    for (uint32_t i = session->subscriptions; i != PL_NONE;
         i = t->subscriptions[i].next_of_session) {
        if (t->subscriptions[i].service == service) {
            return &t->subscriptions[i];
        }
    }
    return NULL;
}

static uint32_t take_entry(struct pl_sessions *t)
{
    if (t->first_free_subscription != PL_NONE) {
        const uint32_t index = t->first_free_subscription;
        t->first_free_subscription = t->subscriptions[index].next_of_session;
        return index;
    }
    if (t->subscription_count == t->subscription_size) {
        const uint32_t size = t->subscription_size == 0 ? 64 : 2 * t->subscription_size;
        struct pl_subscription *at =
            size > PL_SUBSCRIPTIONS_MAX ? NULL : realloc(t->subscriptions, size * sizeof *at);
        if (at == NULL) {
            return PL_NONE;
        }
        t->subscriptions = at;
        t->subscription_size = size;
    }
    return t->subscription_count++;
}

static void ring_insert(struct pl_sessions *t, uint32_t index)
{
    struct pl_subscription *sub = &t->subscriptions[index];
    uint32_t *last = &t->ring[sub->service];

    if (*last == PL_NONE) {
        sub->next_of_service = index;
        sub->previous_of_service = index;
        *last = index;
        return;
    }
    struct pl_subscription *before = &t->subscriptions[*last];
    sub->next_of_service = before->next_of_service;
    sub->previous_of_service = *last;
    t->subscriptions[sub->next_of_service].previous_of_service = index;
    before->next_of_service = index;
}

static void ring_remove(struct pl_sessions *t, uint32_t index)
{
    const struct pl_subscription *sub = &t->subscriptions[index];
    uint32_t *last = &t->ring[sub->service];

    if (sub->next_of_service == index) {
        *last = PL_NONE;
        return;
    }
    t->subscriptions[sub->previous_of_service].next_of_service = sub->next_of_service;
    t->subscriptions[sub->next_of_service].previous_of_service = sub->previous_of_service;
    if (*last == index) {
        *last = sub->previous_of_service;
    }
}

static void set_free(struct pl_server *s, struct pl_subscription *sub, uint32_t free_hands)
{
    struct pl_queue *queue = &s->queues.queues[sub->service];

    queue->credit = queue->credit - sub->free + free_hands;
    sub->free = free_hands;
}

void pl_subscription_add_hands(struct pl_server *s, struct pl_subscription *sub, uint32_t count)
{
    const uint32_t room = sub->max > sub->in_hand ? sub->max - sub->in_hand : 0;
    const uint64_t wanted = (uint64_t)sub->free + count;

    set_free(s, sub, wanted < room ? (uint32_t)wanted : room);
}

void pl_subscription_take_hand(struct pl_server *s, struct pl_subscription *sub)
{
    PL_CHECK(sub->free > 0);
    set_free(s, sub, sub->free - 1);
    sub->in_hand++;
}

void pl_subscription_occupy_hand(struct pl_server *s, struct pl_subscription *sub)
{
    if (sub->free > 0) {
        set_free(s, sub, sub->free - 1);
    }
    sub->in_hand++;
}

/* An adapter may be there before its definition is; but names that only adapters use must leave
 * room for those of definitions. */
static uint32_t service_number(struct pl_server *s, struct pl_text service)
{
    const uint32_t known = pl_queues_find(&s->queues, service);

    return known != UINT32_MAX || s->queues.count >= PL_SERVICES_MAX / 2
               ? known
               : pl_queues_service(&s->queues, service);
}

int pl_subscribe(struct pl_server *s, struct pl_session *session, struct pl_text service,
                 uint32_t client_id, uint32_t max, uint32_t *subscription_out)
{
    struct pl_sessions *t = s->sessions;
    const uint32_t number = service_number(s, service);

    if (number == UINT32_MAX) {
        return PLACET_ELIMIT;
    }
    struct pl_subscription *sub = pl_subscription_of(s, session, client_id);
    if (sub != NULL && sub->service != number) {
        return PLACET_ECONFLICT;
    }
    if (sub == NULL) {
        const uint32_t index =
            session->subscription_count == PL_SERVICES_MAX ? PL_NONE : take_entry(t);
        if (index == PL_NONE) {
            return PLACET_ELIMIT;
        }
        session->subscription_count++;
        sub = &t->subscriptions[index];
        *sub = (struct pl_subscription){.session = (uint32_t)(session - t->sessions),
                                        .service = number,
                                        .client_id = client_id,
                                        .next_of_session = session->subscriptions};
        session->subscriptions = index;
        ring_insert(t, index);
    }
    sub->max = max;
    pl_subscription_add_hands(s, sub, 0);
    *subscription_out = (uint32_t)(sub - t->subscriptions);
    return PLACET_OK;
}

void pl_unsubscribe_all(struct pl_server *s, struct pl_session *session)
{
    struct pl_sessions *t = s->sessions;

    session->subscription_count = 0;
    while (session->subscriptions != PL_NONE) {
        const uint32_t index = session->subscriptions;
        struct pl_subscription *sub = &t->subscriptions[index];
        session->subscriptions = sub->next_of_session;
        set_free(s, sub, 0);
        ring_remove(t, index);
        *sub = (struct pl_subscription){.session = PL_NONE,
                                        .next_of_session = t->first_free_subscription};
        t->first_free_subscription = index;
    }
}

/* An adapter that drains takes nothing more: whoever waits for it waits for nobody. */
bool pl_service_is_served(const struct pl_server *s, struct pl_text service)
{
    const struct pl_sessions *t = s->sessions;
    const uint32_t number = pl_queues_find(&s->queues, service);
    const uint32_t last = number == UINT32_MAX ? PL_NONE : t->ring[number];
    uint32_t index = last;

    if (last == PL_NONE) {
        return false;
    }
    do {
        index = t->subscriptions[index].next_of_service;
        if (!t->sessions[t->subscriptions[index].session].draining) {
            return true;
        }
    } while (index != last);
    return false;
}

/* ---- offers -----------------------------------------------------------------------------------
 */

/* The next subscription of the service after the one served last that has a free hand. */
static uint32_t next_hand(struct pl_sessions *t, uint32_t service)
{
    const uint32_t last = t->ring[service];
    uint32_t index = last;

    if (last == PL_NONE) {
        return PL_NONE;
    }
    do {
        index = t->subscriptions[index].next_of_service;
        const struct pl_subscription *sub = &t->subscriptions[index];
        if (sub->free > 0 && !t->sessions[sub->session].draining) {
            return index;
        }
    } while (index != last);
    return PL_NONE;
}

/* A letter that finds no room is lost, and its task waits for the accept timer; so the next turn
 * makes it. What does not fit the half of a fresh turn never would. */
static bool has_room(const struct pl_server *s, const struct pl_live *live, uint16_t step,
                     uint16_t item)
{
    const size_t half = s->arena.size / 2;
    const size_t left = s->arena.size - s->arena.used;

    if (left >= half) {
        return true;
    }
    const size_t size = pl_task_letter_size(s, live, step, item);
    return size + PL_COMMAND_ROOM <= left || size > half;
}

/* Whether the entry still says the truth. PLACET_ENOTFOUND: it does not; PLACET_ELIMIT: not in this
 * turn. */
static int check_entry(struct pl_server *s, struct pl_queue_entry entry)
{
    struct pl_live *live = NULL;
    const int rc = pl_state_open(&s->state, &s->arena, entry.case_id, &live);

    if (rc != PLACET_OK) {
        return rc;
    }
    const struct pl_task *task =
        &live->c.tasks[live->def->steps[entry.step].first_task + entry.item];
    if (task->state != PL_TASK_READY || task->ready_seq != entry.ready_seq || live->c.paused ||
        live->c.finished) {
        return PLACET_ENOTFOUND;
    }
    return has_room(s, live, entry.step, entry.item) ? PLACET_OK : PLACET_ELIMIT;
}

/* Offers one entry to one subscription. 1: offered; 0: the entry was stale. */
static int offer(struct pl_server *s, struct pl_queue_entry entry, uint32_t subscription)
{
    struct pl_sessions *t = s->sessions;
    const int rc = check_entry(s, entry);

    if (rc != PLACET_OK) {
        return rc == PLACET_ENOTFOUND ? 0 : rc;
    }
    const struct pl_session *session = &t->sessions[t->subscriptions[subscription].session];
    struct pl_command cmd = {.kind = PL_CMD_TASK_OFFER,
                             .actor = PL_ACTOR_ENGINE,
                             .case_id = entry.case_id,
                             .step = entry.step,
                             .item = entry.item,
                             .note = pl_text_of(session->name)};
    struct pl_verdict x = {0};

    t->offering = subscription;
    const int executed = pl_turn_execute(s, &cmd, &x);
    t->offering = PL_NONE;
    if (executed != PLACET_OK) {
        return executed;
    }
    if (x.rejection != PL_ACCEPTED) {
        return 0;
    }
    t->ring[t->subscriptions[subscription].service] = subscription;
    return 1;
}

static int offer_service(struct pl_server *s, uint32_t service)
{
    struct pl_sessions *t = s->sessions;
    struct pl_queue_entry entry;
    int count = 0;

    while (s->queues.queues[service].credit > 0) {
        const uint32_t hand = next_hand(t, service);
        if (hand == PL_NONE || !pl_queues_pop(&s->queues, service, &entry)) {
            break;
        }
        const int rc = offer(s, entry, hand);
        if (rc < 0) {
            t->more = true;
            const int pushed = pl_queues_push(&s->queues, service, entry);
            return pushed == PLACET_OK ? rc : pushed;
        }
        count += rc;
    }
    return count;
}

int pl_sessions_offer(struct pl_server *s)
{
    struct pl_sessions *t = s->sessions;
    int count = 0;

    t->more = false;
    for (uint32_t i = 0; !t->draining && i < s->queues.count; i++) {
        const uint32_t service = (t->first_service + i) % s->queues.count;
        const struct pl_queue *queue = &s->queues.queues[service];
        if (queue->credit == 0 || queue->count == 0) {
            continue;
        }
        const int rc = offer_service(s, service);
        if (rc == PLACET_ELIMIT) {
            t->first_service =
                service; /* the rest waits for the next turn, and comes first there */
            break;
        }
        if (rc < 0) {
            return rc;
        }
        count += rc;
    }
    return count;
}

bool pl_sessions_behind(const struct pl_server *s)
{
    return s->sessions->more;
}
