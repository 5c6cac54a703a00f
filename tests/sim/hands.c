#include "sim/hands.h"

#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/session.h"
#include "wire/case.h"

#define MUST(COND, WHICH)                                                                          \
    ((COND) ? (void)0 : ((void)fprintf(stderr, "%s broken: %s\n", WHICH, #COND), abort()))

#define QUEUE_CHECK_EVERY 16 /* of the checks: it looks at every queue for every task */

static bool is_queued(const struct pl_server *s, const struct pl_definition *def, uint16_t service,
                      struct pl_task_ref ref, uint64_t ready_seq)
{
    const uint32_t number = s->state.revisions[def->number - 1].queues[service];
    const struct pl_queue *queue = &s->queues.queues[number];

    for (uint32_t i = 0; i < queue->count; i++) {
        const struct pl_queue_entry *e = &queue->heap[i];
        if (e->case_id.v == ref.id.v && e->step == ref.step && e->item == ref.item &&
            e->ready_seq == ready_seq) {
            return true;
        }
    }
    return false;
}

static uint32_t check_case(struct pl_server *s, const struct pl_case *c, bool queues)
{
    const struct pl_definition *def = pl_state_definition_number(&s->state, c->definition);
    uint32_t leased = 0;

    for (uint16_t task = 0; task < c->task_count; task++) {
        const struct pl_task *t = &c->tasks[task];
        const uint16_t step = pl_definition_step_of_task(def, task);
        const struct pl_task_ref ref = {
            .id = c->id, .step = step, .item = (uint16_t)(task - def->steps[step].first_task)};
        const uint16_t service = pl_task_service(def, c, step, ref.item);
        if (service == PL_NO_SERVICE) {
            continue; /* a child case: nobody holds it */
        }
        if (pl_task_is_leased(t->state)) {
            const struct pl_holder *h = pl_holder_of(s, ref);
            leased++;
            MUST(h != NULL, "H1");
            MUST(memcmp(h->lease.at, t->lease.at, sizeof t->lease.at) == 0, "H1");
        }
        if (queues && t->state == PL_TASK_READY && !c->paused) {
            MUST(is_queued(s, def, service, ref, t->ready_seq), "H3");
        }
    }
    return leased;
}

static uint32_t check_cases(struct pl_server *s, bool queues)
{
    static uint8_t memory[1u << 20];
    struct pl_arena arena;
    uint32_t leased = 0;

    for (uint32_t i = 0; i < s->state.slot_count; i++) {
        const struct pl_slot *slot = &s->state.slots[i];
        uint32_t found = 0;
        struct pl_case c;
        if (slot->id.v == 0) {
            continue;
        }
        MUST(slot->key_hash == 0 ||
                 (pl_map_get(&s->state.slot_of_key, slot->key_hash, &found) && found == i),
             "H4");
        pl_arena_init(&arena, memory, sizeof memory);
        MUST(pl_wire_read_case((struct pl_bytes){slot->packed, slot->packed_size}, &arena, &c) ==
                 PLACET_OK,
             "H1");
        leased += check_case(s, &c, queues);
    }
    return leased;
}

static void check_subscriptions(const struct pl_sessions *t, const struct pl_queues *queues)
{
    static uint32_t in_hand[PL_SUBSCRIPTIONS_MAX];
    static uint32_t credit[PL_SERVICES_MAX];

    memset(in_hand, 0, sizeof in_hand);
    memset(credit, 0, sizeof credit);
    for (uint32_t i = 0; i < t->holders.count; i++) {
        const struct pl_holder *h = &t->holders.at[i];
        if (h->case_id.v != 0 && h->hand) {
            MUST(h->subscription < t->subscription_count, "H2");
            in_hand[h->subscription]++;
        }
    }
    for (uint32_t i = 0; i < t->subscription_count; i++) {
        const struct pl_subscription *sub = &t->subscriptions[i];
        MUST(sub->in_hand == in_hand[i], "H2");
        if (sub->session != PL_NONE) {
            MUST(sub->free == 0 || sub->free + sub->in_hand <= sub->max, "H2");
            credit[sub->service] += sub->free;
        }
    }
    for (uint32_t i = 0; i < queues->count; i++) {
        MUST(queues->queues[i].credit == credit[i], "H2");
    }
}

void hands_check(struct sim *w)
{
    static unsigned checks;
    struct pl_server *s = &w->server;
    uint64_t closed = 0;

    MUST(s->sessions->holders.of_task.count == check_cases(s, checks++ % QUEUE_CHECK_EVERY == 0),
         "H1");
    check_subscriptions(s->sessions, &s->queues);
    for (uint32_t i = 0; i < w->row_count; i++) {
        closed += w->rows[i].table == PL_TABLE_CLOSED;
    }
    MUST(s->state.closed_count == closed, "H4");
}
