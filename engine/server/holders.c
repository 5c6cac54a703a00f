#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "server/case_view.h"
#include "server/session.h"

/* How long, in real time, a fast clock waits for one message before it goes on. */
#define FUSE_MS 5000

/* Sequence, step and item side by side: unique as long as a partition has less than 2^47 events. */
static uint64_t task_key(struct pl_task_ref ref)
{
    return ref.id.v << 17 | (uint64_t)ref.step << 8 | ref.item;
}

int pl_holders_init(struct pl_holders *holders)
{
    *holders = (struct pl_holders){.first_free = PL_NONE};
    return pl_map_init(&holders->of_task, PL_OPEN_CASES_MAX);
}

void pl_holders_fini(struct pl_holders *holders)
{
    pl_map_fini(&holders->of_task);
    free(holders->at);
    *holders = (struct pl_holders){0};
}

struct pl_holder *pl_holder_of(struct pl_server *s, struct pl_task_ref ref)
{
    struct pl_holders *t = &s->sessions->holders;
    uint32_t index = 0;

    return pl_map_get(&t->of_task, task_key(ref), &index) ? &t->at[index] : NULL;
}

static uint32_t take_entry(struct pl_holders *t)
{
    if (t->first_free != PL_NONE) {
        const uint32_t index = t->first_free;
        PL_CHECK(t->at != NULL);
        t->first_free = t->at[index].next_free;
        return index;
    }
    if (t->count == t->size) {
        const uint32_t size = t->size == 0 ? 1024 : 2 * t->size;
        struct pl_holder *at = realloc(t->at, size * sizeof *at);
        if (at == NULL) {
            return PL_NONE;
        }
        t->at = at;
        t->size = size;
    }
    return t->count++;
}

struct pl_holder *pl_holder_add(struct pl_server *s, struct pl_task_ref ref)
{
    struct pl_holders *t = &s->sessions->holders;

    pl_holder_remove(s, ref);
    const uint32_t index = take_entry(t);
    if (index == PL_NONE) {
        return NULL;
    }
    PL_CHECK(t->at != NULL);
    t->at[index] = (struct pl_holder){
        .case_id = ref.id, .step = ref.step, .item = ref.item, .subscription = PL_NONE};
    if (pl_map_put(&t->of_task, task_key(ref), index) != PLACET_OK) {
        t->at[index] = (struct pl_holder){.next_free = t->first_free};
        t->first_free = index;
        return NULL;
    }
    return &t->at[index];
}

static void free_hand(struct pl_server *s, struct pl_holder *holder)
{
    if (holder->hand && holder->subscription != PL_NONE) {
        struct pl_subscription *sub = &s->sessions->subscriptions[holder->subscription];
        sub->in_hand--;
        pl_subscription_add_hands(s, sub, 1);
    }
    holder->hand = false;
}

void pl_holder_remove(struct pl_server *s, struct pl_task_ref ref)
{
    struct pl_holders *t = &s->sessions->holders;
    struct pl_holder *holder = pl_holder_of(s, ref);

    if (holder != NULL) {
        free_hand(s, holder);
        pl_map_remove(&t->of_task, task_key(ref));
        *holder = (struct pl_holder){.next_free = t->first_free};
        t->first_free = (uint32_t)(holder - t->at);
    }
}

/* The hand was that of another connection, if any; now it is one of this session. */
static void change_hands(struct pl_server *s, struct pl_holder *holder, const struct pl_live *live,
                         struct pl_session *session)
{
    const uint16_t asked = pl_task_service(live->def, &live->c, holder->step, holder->item);
    const uint32_t service = s->state.revisions[live->def->number - 1].queues[asked];
    struct pl_subscription *sub = pl_subscription_for(s, session, service);

    free_hand(s, holder);
    holder->session = session->number;
    session->holds = true;
    holder->subscription = PL_NONE;
    if (sub != NULL) {
        holder->subscription = (uint32_t)(sub - s->sessions->subscriptions);
        holder->hand = true;
        pl_subscription_occupy_hand(s, sub);
    }
}

void pl_holder_spoke(struct pl_server *s, const struct pl_live *live, struct pl_task_ref ref,
                     struct pl_session *session)
{
    const struct pl_task *task = &live->c.tasks[live->def->steps[ref.step].first_task + ref.item];
    struct pl_holder *holder = pl_holder_of(s, ref);

    if (holder == NULL) {
        holder = pl_holder_add(s, ref);
    }
    if (holder == NULL) {
        return; /* without memory a CANCEL may not find its way; the fence holds all the same */
    }
    if (holder->session != session->number) {
        change_hands(s, holder, live, session);
    }
    holder->lease = task->lease;
    holder->parked = task->state == PL_TASK_PARKED;
    holder->until_ms = task->until_ms;
    holder->fused = false;
    holder->waited_real_ms = 0;
    if (holder->parked) {
        free_hand(s, holder);
    }
}

void pl_sessions_recovered(struct pl_server *s, const struct pl_live *live, uint16_t step,
                           uint16_t item)
{
    const struct pl_task *task = &live->c.tasks[live->def->steps[step].first_task + item];
    const struct pl_task_ref ref = {.id = live->c.id, .step = step, .item = item};
    struct pl_holder *holder = pl_holder_of(s, ref);

    if (holder == NULL || memcmp(holder->lease.at, task->lease.at, sizeof task->lease.at) != 0) {
        holder = pl_holder_add(s, ref);
    }
    if (holder != NULL) {
        holder->lease = task->lease;
        holder->parked = task->state == PL_TASK_PARKED;
        holder->until_ms = task->until_ms;
    }
}

/* Whether the state says that this lease is out. */
static bool is_held(struct pl_server *s, const struct pl_holder *h)
{
    struct pl_found found;

    if (pl_case_find_open(s, h->case_id, &found) != PLACET_OK) {
        return false;
    }
    const struct pl_task *task = &found.c.tasks[found.def->steps[h->step].first_task + h->item];
    return pl_task_is_leased(task->state) &&
           memcmp(task->lease.at, h->lease.at, sizeof h->lease.at) == 0;
}

void pl_sessions_turn_failed(struct pl_server *s)
{
    struct pl_holders *t = &s->sessions->holders;

    for (uint32_t i = 0; i < t->count; i++) {
        const struct pl_holder *h = &t->at[i];
        const size_t mark = s->arena.used;
        if (h->case_id.v != 0 && !is_held(s, h)) {
            pl_holder_remove(s, (struct pl_task_ref){h->case_id, h->step, h->item, 0});
        }
        s->arena.used = mark;
    }
}

/* What the clock may reach as far as this task goes: its adapter's word is expected at once, at
 * `until`, or not at any time that is known. */
static int64_t ceiling_of(struct pl_holder *h, int64_t now_ms, int64_t real_ms)
{
    if (h->fused || (h->parked && h->until_ms == 0)) {
        return INT64_MAX;
    }
    if (h->parked && h->until_ms > now_ms) {
        return h->until_ms;
    }
    if (h->waited_real_ms == 0) {
        h->waited_real_ms = real_ms;
    }
    h->fused = real_ms - h->waited_real_ms > FUSE_MS;
    return h->fused ? INT64_MAX : now_ms;
}

int64_t pl_holders_ceiling(struct pl_server *s, int64_t now_ms, int64_t real_ms)
{
    struct pl_holders *t = &s->sessions->holders;
    int64_t ceiling = INT64_MAX;

    for (uint32_t i = 0; i < t->count; i++) {
        if (t->at[i].case_id.v != 0) {
            const int64_t mine = ceiling_of(&t->at[i], now_ms, real_ms);
            ceiling = mine < ceiling ? mine : ceiling;
        }
    }
    return ceiling;
}
