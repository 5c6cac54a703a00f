/* One command within the turn. */
#include <placet/error.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "definition/definition.h"
#include "server/children.h"
#include "server/session.h"
#include "server/turn.h"
#include "wire/case.h"
#include "wire/events.h"

#define EVENT_HEAD_MAX (4u * PL_REASON_MAX) /* an event without its value */
#define SIGNAL_ROOM    (16u << 10)          /* what a signal leads to in most cases */

int pl_turn_append(struct pl_server *s, const struct pl_event *event)
{
    const size_t size_max = EVENT_HEAD_MAX + pl_event_value(event).size;
    void *memory = pl_arena_reserve(&s->arena, size_max);
    struct pl_writer out;

    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    pl_writer_init(&out, memory, size_max);
    pl_wire_write_event(&out, event);
    if (!pl_writer_ok(&out)) {
        return PLACET_ELIMIT;
    }
    return pl_frame_append(&s->turn->frame, out.at, (uint32_t)out.used);
}

/* ---- effects ---- */

/* Entries of closed cases lie in queues that nobody empties, as no adapter is there. */
static bool is_of_open_case(const void *context, const struct pl_queue_entry *entry)
{
    const struct pl_state *state = context;
    uint32_t slot;

    return pl_map_get(&state->slot_of_case, entry->case_id.v, &slot);
}

static int queue_task(struct pl_server *s, const struct pl_live *live, uint16_t step, uint16_t item)
{
    const struct pl_step_def *def = &live->def->steps[step];
    const struct pl_revision *revision = &s->state.revisions[live->def->number - 1];
    const uint16_t service_of_def = pl_task_service(live->def, &live->c, step, item);
    const struct pl_queue_entry entry = {
        .ready_seq = live->c.tasks[def->first_task + item].ready_seq,
        .case_id = live->c.id,
        .step = step,
        .item = item,
    };

    if (service_of_def == PL_NO_SERVICE) {
        return PLACET_OK; /* a child case: nobody is asked */
    }
    const uint32_t service = revision->queues[service_of_def];

    if (pl_queues_is_full(&s->queues, service)) {
        pl_queues_sweep(&s->queues, service, is_of_open_case, &s->state);
    }
    return pl_queues_push(&s->queues, service, entry);
}

static int queue_case(struct pl_server *s, const struct pl_live *live)
{
    for (uint16_t task = 0; task < live->c.task_count; task++) {
        if (live->c.tasks[task].state == PL_TASK_READY) {
            const uint16_t step = pl_definition_step_of_task(live->def, task);
            const uint16_t item = (uint16_t)(task - live->def->steps[step].first_task);
            const int rc = queue_task(s, live, step, item);
            if (rc < 0) {
                return rc;
            }
        }
    }
    return pl_errands_of_case(s, live);
}

static int carry_out(struct pl_server *s, const struct pl_live *live, const struct pl_effect *e)
{
    switch (e->kind) {
    case PL_EFFECT_QUEUE_TASK:
        return queue_task(s, live, e->step, e->item);
    case PL_EFFECT_QUEUE_CASE:
        return queue_case(s, live);
    case PL_EFFECT_SEND_TASK:
        return pl_sessions_send_task(s, live, e->step, e->item);
    case PL_EFFECT_CANCEL_TASK:
        pl_sessions_cancel_task(s, live, e->step, e->item);
        return PLACET_OK;
    case PL_EFFECT_START_CHILD:
    case PL_EFFECT_CANCEL_CHILD:
    case PL_EFFECT_TELL_PARENT:
        return pl_errand_of_effect(s, live, e);
    case PL_EFFECT_CLOSE_CASE:
        return PLACET_OK; /* pl_state_close_turn sees that the case is finished */
    case PL_EFFECTS:
        break;
    }
    PL_UNREACHABLE();
}

/* Hands of tasks that nobody holds any more, by whatever event: one that stayed would never be
 * offered anything again. */
static void free_hands(struct pl_server *s, const struct pl_live *live)
{
    for (uint32_t i = 0; i < s->outcome->event_count; i++) {
        const struct pl_event *e = &s->outcome->events[i];
        if (e->step != PL_NO_STEP && e->item != PL_NO_ITEM &&
            !pl_task_is_leased(
                live->c.tasks[live->def->steps[e->step].first_task + e->item].state)) {
            pl_holder_remove(s, (struct pl_task_ref){live->c.id, e->step, e->item, 0});
        }
    }
}

/* Effects see the case as it is after the whole command, so a task that was readied and cancelled
 * by the same command goes nowhere. */
static int tell(struct pl_server *s, const struct pl_live *live)
{
    const struct pl_outcome *outcome = s->outcome;

    for (uint32_t i = 0; i < outcome->event_count; i++) {
        struct pl_effect effects[PL_EFFECTS_MAX];
        const unsigned n = pl_core_effects(live->def, &live->c, &outcome->events[i], effects);
        for (unsigned k = 0; k < n; k++) {
            const int rc = carry_out(s, live, &effects[k]);
            if (rc < 0) {
                return rc;
            }
        }
    }
    free_hands(s, live);
    return PLACET_OK;
}

/* ---- journal and fold ---- */

static int append_all(struct pl_server *s, const struct pl_event *first)
{
    struct pl_turn *turn = s->turn;
    const uint32_t count = turn->frame.count;
    const uint32_t size = turn->frame.size;
    int rc = first == NULL ? PLACET_OK : pl_turn_append(s, first);

    for (uint32_t i = 0; rc == PLACET_OK && i < s->outcome->event_count; i++) {
        rc = pl_turn_append(s, &s->outcome->events[i]);
    }
    if (rc < 0) {
        pl_frame_rewind(&turn->frame, count, size);
    }
    return rc;
}

int pl_turn_put(struct pl_server *s, enum pl_table table, uint64_t key, struct pl_bytes value)
{
    struct pl_put *put = pl_arena_alloc(&s->arena, sizeof *put);

    if (put == NULL) {
        return PLACET_ENOMEM;
    }
    *put = (struct pl_put){.table = table, .key = key, .value = value};
    *s->turn->puts_end = put;
    s->turn->puts_end = &put->next;
    return PLACET_OK;
}

static int keep_reply(struct pl_server *s, const struct pl_command *cmd, uint64_t seq,
                      struct pl_case_id id, enum pl_rejection rejection)
{
    struct pl_reply reply = {
        .body_hash = cmd->body_hash,
        .seq = seq,
        .case_id = id,
        .at_ms = s->now_ms,
        .rejection = (uint16_t)rejection,
        .command = (uint16_t)cmd->kind,
    };

    struct pl_writer row;

    pl_reply_keys(cmd->by, cmd->idem, &reply);
    void *memory = pl_arena_alloc(&s->arena, PL_REPLY_SIZE_MAX);
    if (memory == NULL) {
        return PLACET_ENOMEM;
    }
    pl_writer_init(&row, memory, PL_REPLY_SIZE_MAX);
    pl_reply_write(&reply, &row);
    const int rc = pl_turn_put(s, PL_TABLE_REPLIES, seq, pl_writer_bytes(&row));
    return rc < 0 ? rc : pl_state_add_reply(&s->state, &reply);
}

static int fold_all(struct pl_server *s, uint64_t first_seq, struct pl_live **live_out)
{
    for (uint32_t i = 0; i < s->outcome->event_count; i++) {
        struct pl_live *live;
        const int rc = pl_state_fold(&s->state, &s->arena, &s->outcome->events[i], first_seq + i,
                                     s->now_ms, &live);
        if (rc < 0) {
            return rc;
        }
        if (live != NULL) {
            *live_out = live;
        }
        if (live != NULL && pl_event_value(&s->outcome->events[i]).size != 0) {
            /* The row borrows from the case: the event may live in the core's own memory. */
            const int put = pl_turn_put(s, PL_TABLE_BLOBS, first_seq + i,
                                        pl_state_blob(&s->state, live->c.slot, first_seq + i));
            if (put < 0) {
                return put;
            }
        }
        s->metrics.steps_completed += s->outcome->events[i].kind == PL_EVT_STEP_DONE ? 1 : 0;
    }
    return PLACET_OK;
}

/* Journals the outcome behind its COMMAND_ACCEPTED, folds it, carries out its effects. From the
 * first fold on an error ends the turn. */
static int record(struct pl_server *s, const struct pl_command *cmd, struct pl_live *live,
                  struct pl_verdict *out)
{
    const bool kept = cmd->idem.len != 0 && out->rejection == PL_ACCEPTED;
    const uint64_t seq = pl_turn_next_seq(s);
    struct pl_event accepted = {
        .kind = PL_EVT_COMMAND_ACCEPTED,
        .case_id = live == NULL ? (struct pl_case_id){s->outcome->events[0].case_id.v} : live->c.id,
        .step = PL_NO_STEP,
        .item = PL_NO_ITEM,
        .command_accepted = {.command = (uint64_t)cmd->kind,
                             .by = cmd->by,
                             .idem = cmd->idem,
                             .body_hash = cmd->body_hash},
    };

    int rc = append_all(s, kept ? &accepted : NULL);
    if (rc < 0) {
        return rc;
    }
    out->seq = seq;
    out->case_id = accepted.case_id;
    if (kept) {
        rc = keep_reply(s, cmd, seq, accepted.case_id, PL_ACCEPTED);
    }
    if (rc == PLACET_OK) {
        rc = fold_all(s, kept ? seq + 1 : seq, &live);
    }
    if (rc == PLACET_OK && live != NULL) {
        rc = tell(s, live);
    }
    if (rc == PLACET_OK && live != NULL) {
        rc = pl_state_set_wake(&s->state, live);
    }
    if (rc == PLACET_OK && live != NULL) {
        rc = pl_signals_index(s, live);
    }
    /* What was folded cannot be taken back alone: only the whole turn can. */
    return rc == PLACET_ELIMIT ? PLACET_ENOMEM : rc;
}

static int record_rejection(struct pl_server *s, const struct pl_command *cmd,
                            struct pl_verdict *out)
{
    const struct pl_event event = {
        .kind = PL_EVT_COMMAND_REJECTED,
        .case_id = cmd->case_id,
        .step = PL_NO_STEP,
        .item = PL_NO_ITEM,
        .command_rejected = {.command = (uint64_t)cmd->kind,
                             .by = cmd->by,
                             .idem = cmd->idem,
                             .body_hash = cmd->body_hash,
                             .rejection = (uint64_t)out->rejection},
    };
    const uint64_t seq = pl_turn_next_seq(s);

    out->seq = seq;
    /* "Full" passes: the same command must be heard afresh, and a full store is not written to. */
    if (cmd->idem.len == 0 || out->rejection == PL_REJECT_STORE_FULL) {
        return PLACET_OK;
    }
    const int rc = pl_turn_append(s, &event);
    return rc < 0 ? rc : keep_reply(s, cmd, seq, cmd->case_id, out->rejection);
}

/* ---- the command ---- */

static bool answer_again(struct pl_server *s, const struct pl_command *cmd, struct pl_verdict *out)
{
    const struct pl_reply *reply =
        cmd->idem.len == 0 ? NULL : pl_state_reply(&s->state, cmd->by, cmd->idem);

    if (reply == NULL) {
        return false;
    }
    if (reply->body_hash != cmd->body_hash || reply->command != (uint16_t)cmd->kind) {
        out->rejection = PL_REJECT_IDEM_REUSED;
        return true;
    }
    out->rejection = (enum pl_rejection)reply->rejection;
    out->repeated = true;
    out->seq = reply->seq;
    out->case_id = reply->case_id;
    return true;
}

/* An answer that comes again after its case was closed is still recognised by its lease. */
static int answer_of_closed(struct pl_server *s, const struct pl_command *cmd,
                            struct pl_verdict *out)
{
    uint32_t size = (uint32_t)pl_wire_case_size_max(PL_STEPS_MAX, PL_TASKS_MAX);
    void *memory = pl_arena_reserve(&s->arena, size);
    struct pl_case c;

    out->rejection = PL_REJECT_NO_SUCH_CASE;
    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    int rc = s->store->ops->get(s->store, PL_TABLE_CLOSED, cmd->case_id.v, memory, &size);
    if (rc == PLACET_ENOTFOUND) {
        return PLACET_OK;
    }
    if (rc < 0) {
        return rc;
    }
    pl_arena_keep(&s->arena, size);
    rc = pl_wire_read_case((struct pl_bytes){memory, size}, &s->arena, &c);
    if (rc < 0) {
        return rc;
    }
    const struct pl_definition *def = pl_state_definition_number(&s->state, c.definition);
    PL_CHECK(def != NULL);
    const struct pl_case_data data = {0};
    const struct pl_facts facts = {.now_ms = s->now_ms, .next_seq = pl_turn_next_seq(s)};
    out->case_id = c.id;
    out->rejection = pl_core_decide(def, &c, &data, &facts, cmd, s->outcome);
    out->repeated = out->rejection == PL_ACCEPTED && s->outcome->repeated;
    out->seq = out->repeated ? s->outcome->repeated_seq : pl_turn_next_seq(s);
    PL_CHECK(out->repeated || out->rejection != PL_ACCEPTED);
    return out->repeated || s->outcome->event_count == 0 ? PLACET_OK : append_all(s, NULL);
}

static struct pl_facts facts_of(struct pl_server *s, const struct pl_command *cmd)
{
    const int64_t rate = s->clock->rate;
    struct pl_facts facts = {
        .now_ms = s->now_ms,
        .next_seq = pl_turn_next_seq(s) + (cmd->idem.len != 0 ? 1 : 0),
        .accept_ms = s->config.accept_ms * rate,
        .lease_ms = s->config.lease_ms * rate,
        .backoff_ms = s->config.backoff_ms * rate,
        .clock_rate = (uint32_t)rate,
    };

    if (cmd->kind == PL_CMD_TASK_OFFER) {
        s->random->fill(s->random, facts.new_lease.at, sizeof facts.new_lease.at);
    }
    return facts;
}

static int decide(struct pl_server *s, const struct pl_definition *def, struct pl_live *live,
                  const struct pl_facts *facts, const struct pl_command *cmd,
                  struct pl_verdict *out)
{
    static const struct pl_case_data nothing;

    s->outcome->event_count = 0;
    s->outcome->repeated = false;
    out->rejection = pl_core_decide(def, live == NULL ? NULL : &live->c,
                                    live == NULL ? &nothing : &live->data, facts, cmd, s->outcome);
    if (out->rejection == PL_ACCEPTED && s->outcome->repeated) {
        out->repeated = true;
        out->seq = s->outcome->repeated_seq;
        return PLACET_OK;
    }
    if (out->rejection == PL_ACCEPTED) {
        return record(s, cmd, live, out);
    }
    s->metrics.rejections++;
    return s->outcome->event_count > 0 ? record(s, cmd, live, out) /* refused, of an adapter */
                                       : PLACET_OK;
}

/* The same, and remembers a refusal. */
static int decide_or_refuse(struct pl_server *s, const struct pl_definition *def,
                            struct pl_live *live, const struct pl_facts *facts,
                            const struct pl_command *cmd, struct pl_verdict *out)
{
    const int rc = decide(s, def, live, facts, cmd, out);

    if (rc < 0 || out->rejection == PL_ACCEPTED || s->outcome->event_count > 0) {
        return rc;
    }
    return record_rejection(s, cmd, out);
}

bool pl_turn_has_room(const struct pl_server *s, size_t size)
{
    return s->arena.size - s->arena.used >= size &&
           s->turn->frame.size_max - s->turn->frame.size >= size;
}

int pl_turn_command(struct pl_server *s, struct pl_command *cmd, struct pl_verdict *out)
{
    struct pl_live *live;

    *out = (struct pl_verdict){.case_id = cmd->case_id, .step = cmd->step};
    if (!pl_turn_has_room(s, PL_COMMAND_ROOM)) {
        return PLACET_ELIMIT;
    }
    s->turn->commands++;
    if (answer_again(s, cmd, out)) {
        return PLACET_OK;
    }
    int rc = pl_state_open(&s->state, &s->arena, cmd->case_id, &live);
    if (rc == PLACET_ENOTFOUND) {
        rc = answer_of_closed(s, cmd, out);
        if (rc < 0 || out->repeated || cmd->idem.len == 0) {
            return rc;
        }
        s->metrics.rejections++;
        return record_rejection(s, cmd, out);
    }
    if (rc < 0) {
        return rc;
    }
    struct pl_facts facts = facts_of(s, cmd);
    facts.calendar = live->def->amended_count;
    return decide_or_refuse(s, live->def, live, &facts, cmd, out);
}

int pl_turn_begin_case(struct pl_server *s, const struct pl_definition *def, struct pl_command *cmd,
                       struct pl_verdict *out)
{
    *out = (struct pl_verdict){.step = PL_NO_STEP};
    if (!pl_turn_has_room(s, PL_COMMAND_ROOM)) {
        return PLACET_ELIMIT;
    }
    s->turn->commands++;
    if (answer_again(s, cmd, out)) {
        return PLACET_OK;
    }
    /* The new case borrows the name of who applied until it is packed at the end of the turn; the
     * session that the name stands in may be gone by then. */
    cmd->by.at = pl_arena_text(&s->arena, cmd->by.at, cmd->by.len);
    if (cmd->by.at == NULL) {
        return PLACET_ELIMIT;
    }
    struct pl_facts facts = facts_of(s, cmd);
    facts.calendar = def->amended_count;
    facts.slot = pl_state_free_slot(&s->state);
    facts.key_open = pl_state_case_of_key(&s->state, def->workflow, cmd->key).v != 0;
    facts.store_full =
        s->state.open_count >= PL_OPEN_CASES_MAX || s->store->ops->nearly_full(s->store);
    return decide_or_refuse(s, def, NULL, &facts, cmd, out);
}

/* Each case that takes it gets an event; the first one also carries that the command was accepted.
 */
static int signal_cases(struct pl_server *s, const struct pl_command *cmd, struct pl_told *told,
                        struct pl_verdict *out)
{
    struct pl_case_id waiting[PL_SIGNAL_CASES_MAX];
    const uint32_t count =
        pl_signals_find(&s->state, cmd->code, cmd->key, waiting, PL_SIGNAL_CASES_MAX);
    PL_CHECK(count <= PL_SIGNAL_CASES_MAX); /* the handler has refused more */
    struct pl_verdict verdict = {.step = PL_NO_STEP};

    if (!pl_turn_has_room(s, PL_COMMAND_ROOM + count * (SIGNAL_ROOM + 2 * cmd->answer.size))) {
        return PLACET_ELIMIT;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct pl_command one = *cmd;
        struct pl_live *live;
        int rc = pl_state_open(&s->state, &s->arena, waiting[i], &live);
        if (rc < 0) {
            return rc;
        }
        one.case_id = waiting[i];
        one.idem = told->count == 0 ? cmd->idem : (struct pl_text){"", 0};
        const struct pl_facts facts = facts_of(s, &one);
        rc = decide(s, live->def, live, &facts, &one, &verdict);
        if (rc < 0) {
            return rc;
        }
        if (verdict.rejection == PL_ACCEPTED) {
            *out = told->count == 0 ? verdict : *out;
            told->cases[told->count++] = waiting[i];
        }
    }
    return PLACET_OK;
}

int pl_turn_signal(struct pl_server *s, struct pl_command *cmd, struct pl_told *told,
                   struct pl_verdict *out)
{
    *out = (struct pl_verdict){.step = PL_NO_STEP};
    told->count = 0;
    s->turn->commands++;
    if (answer_again(s, cmd, out)) {
        return PLACET_OK;
    }
    const int rc = signal_cases(s, cmd, told, out);
    if (rc < 0) {
        /* Cases that were told cannot be taken back alone. */
        return told->count > 0 && rc == PLACET_ELIMIT ? PLACET_ENOMEM : rc;
    }
    if (told->count > 0) {
        return pl_errands_run(s);
    }
    out->rejection = PL_REJECT_NO_ONE_WAITS;
    s->metrics.rejections++;
    return record_rejection(s, cmd, out);
}

int pl_turn_execute(struct pl_server *s, struct pl_command *cmd, struct pl_verdict *out)
{
    const int rc = pl_turn_command(s, cmd, out);
    return rc == PLACET_OK ? pl_errands_run(s) : rc;
}

int pl_turn_start(struct pl_server *s, const struct pl_definition *def, struct pl_command *cmd,
                  struct pl_verdict *out)
{
    const int rc = pl_turn_begin_case(s, def, cmd, out);
    return rc == PLACET_OK ? pl_errands_run(s) : rc;
}

static const struct pl_definition *definition_of_hash(const struct pl_state *state,
                                                      const struct pl_digest *hash)
{
    for (uint32_t i = state->revision_count; i > 0; i--) {
        const struct pl_definition *def = state->revisions[i - 1].def;
        if (memcmp(&def->hash, hash, sizeof *hash) == 0) {
            return def;
        }
    }
    return NULL;
}

static bool has_room_for_services(const struct pl_server *s, const struct pl_definition *def)
{
    uint32_t count = s->queues.count;

    for (uint16_t i = 0; i < def->service_count; i++) {
        count += pl_queues_find(&s->queues, def->services[i].name) == UINT32_MAX;
    }
    return count <= PL_SERVICES_MAX;
}

int pl_turn_publish(struct pl_server *s, struct pl_definition *def, struct pl_bytes bundle,
                    struct pl_text by, bool *unchanged_out, uint32_t *number_out)
{
    const struct pl_definition *newest = pl_state_definition(&s->state, def->workflow, 0);
    const struct pl_definition *same = definition_of_hash(&s->state, &def->hash);

    if (same != NULL && same == newest) {
        *unchanged_out = true;
        *number_out = same->number;
        pl_definition_free(def);
        return PLACET_OK;
    }
    if (!has_room_for_services(s, def)) {
        return PLACET_ELIMIT;
    }
    const struct pl_event event = {
        .kind = PL_EVT_DEFINITION_PUBLISHED,
        .step = PL_NO_STEP,
        .item = PL_NO_ITEM,
        .definition_published = {.definition = s->state.revision_count + 1,
                                 .revision = newest == NULL ? 1 : newest->revision + 1,
                                 .workflow = def->workflow,
                                 .by = by,
                                 .bundle = bundle},
    };
    int rc = pl_turn_append(s, &event);
    if (rc < 0) {
        return rc;
    }
    rc = pl_state_add_definition(&s->state, def);
    if (rc < 0) {
        return rc;
    }
    *unchanged_out = false;
    *number_out = def->number;
    rc = pl_turn_put(s, PL_TABLE_DEFINITIONS, def->number, bundle);
    return rc < 0 ? rc : pl_recover_bind_services(s, def->number);
}
