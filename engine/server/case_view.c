#include "server/case_view.h"

#include "model/event_view.h"
#include "server/case_extras.h"
#include "server/session.h"
#include "wire/case.h"

/* ---- finding ----------------------------------------------------------------------------------
 */

static int unpack(struct pl_server *s, struct pl_bytes packed, bool open,
                  struct pl_found *found_out)
{
    struct pl_found found = {.open = open};
    const int rc = pl_wire_read_case(packed, &s->arena, &found.c);

    if (rc != PLACET_OK) {
        return rc;
    }
    found.def = pl_state_definition_number(&s->state, found.c.definition);
    if (found.def == NULL) {
        return PLACET_ECORRUPT;
    }
    *found_out = found;
    return PLACET_OK;
}

static int find_closed(struct pl_server *s, struct pl_case_id id, struct pl_found *found_out)
{
    uint32_t size = (uint32_t)pl_wire_case_size_max(PL_STEPS_MAX, PL_TASKS_MAX);
    uint8_t *memory = pl_arena_alloc(&s->arena, size);

    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    const int rc = s->store->ops->get(s->store, PL_TABLE_CLOSED, id.v, memory, &size);
    return rc == PLACET_OK ? unpack(s, (struct pl_bytes){memory, size}, false, found_out) : rc;
}

int pl_case_in_slot(struct pl_server *s, uint32_t slot, struct pl_found *found_out)
{
    const struct pl_slot *at = &s->state.slots[slot];

    if (at->id.v == 0) {
        return PLACET_ENOTFOUND;
    }
    if (at->live != NULL) {
        *found_out = (struct pl_found){at->live->c, at->live->def, true};
        return PLACET_OK;
    }
    return unpack(s, (struct pl_bytes){at->packed, at->packed_size}, true, found_out);
}

int pl_case_find_open(struct pl_server *s, struct pl_case_id id, struct pl_found *found_out)
{
    uint32_t slot = 0;

    return pl_map_get(&s->state.slot_of_case, id.v, &slot) ? pl_case_in_slot(s, slot, found_out)
                                                           : PLACET_ENOTFOUND;
}

int pl_case_find(struct pl_server *s, struct pl_case_id id, struct pl_found *found_out)
{
    const int rc = pl_case_find_open(s, id, found_out);
    return rc == PLACET_ENOTFOUND ? find_closed(s, id, found_out) : rc;
}

/* ---- facts ------------------------------------------------------------------------------------
 */

const char *pl_case_state(const struct pl_found *found)
{
    if (!found->open || found->c.finished) {
        return "closed";
    }
    return found->c.paused ? "paused" : "open";
}

static bool step_is_late(const struct pl_step *step, int64_t now_ms)
{
    return pl_step_is_live(step->state) && step->due_ms != 0 && step->stopped_ms == 0 &&
           step->due_ms <= now_ms;
}

bool pl_case_is_late(const struct pl_found *found, int64_t now_ms)
{
    for (uint16_t i = 0; found->open && i < found->c.step_count; i++) {
        if (step_is_late(&found->c.steps[i], now_ms)) {
            return true;
        }
    }
    return false;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

void pl_write_key_time(struct pl_writer *out, const char *key, int64_t at_ms)
{
    pl_write_string(out, key);
    if (at_ms == 0) {
        pl_write_nil(out);
    } else {
        pl_write_i64(out, at_ms);
    }
}

struct progress {
    uint32_t settled;
    uint32_t live;
    int64_t due_ms; /* the nearest */
};

static struct progress progress_of(const struct pl_found *found)
{
    struct progress p = {0};

    for (uint16_t i = 0; i < found->c.step_count; i++) {
        const struct pl_step *step = &found->c.steps[i];
        p.settled += pl_step_is_settled(step->state);
        p.live += pl_step_is_live(step->state);
        if (pl_step_is_live(step->state) && step->due_ms != 0 &&
            (p.due_ms == 0 || step->due_ms < p.due_ms)) {
            p.due_ms = step->due_ms;
        }
    }
    return p;
}

#define SUMMARY_PAIRS 16

static void write_summary(struct pl_writer *out, const struct pl_found *found, int64_t now_ms)
{
    const struct pl_definition *def = found->def;
    const struct pl_case *c = &found->c;
    const struct progress p = progress_of(found);
    char text[PL_CASE_TEXT_SIZE];

    pl_case_id_format(c->id, text);
    pl_write_key_string(out, "case", text);
    pl_write_key_text(out, "key", c->key);
    pl_write_key_text(out, "workflow", def->workflow);
    pl_write_key_u64(out, "revision", def->revision);
    pl_write_title(out, "title", def->title);
    pl_write_key_string(out, "state", pl_case_state(found));
    pl_write_string(out, "result");
    if (c->finished && c->result < def->result_count) {
        pl_write_text(out, def->results[c->result].id);
    } else {
        pl_write_nil(out);
    }
    pl_write_key_text(out, "by", c->by);
    pl_write_key_time(out, "started", c->started_ms);
    pl_write_key_time(out, "finished", c->finished_ms);
    pl_write_key_time(out, "paused", c->paused_ms);
    pl_write_key_u64(out, "steps", c->step_count);
    pl_write_key_u64(out, "settled", p.settled);
    pl_write_key_time(out, "due", found->open ? p.due_ms : 0);
    pl_write_key_bool(out, "late", pl_case_is_late(found, now_ms));
    pl_write_string(out, "at");
    pl_write_array(out, p.live);
    for (uint16_t i = 0; i < c->step_count; i++) {
        if (pl_step_is_live(c->steps[i].state)) {
            pl_write_text(out, def->steps[i].id);
        }
    }
}

void pl_case_write_summary(struct pl_writer *out, const struct pl_found *found, int64_t now_ms)
{
    pl_write_map(out, SUMMARY_PAIRS);
    write_summary(out, found, now_ms);
}

static void write_decision(struct pl_writer *out, const struct pl_definition *def,
                           uint16_t decision, bool decided)
{
    pl_write_string(out, "decision");
    if (decided && decision < def->decision_count) {
        pl_write_text(out, def->decisions[decision].id);
    } else {
        pl_write_nil(out);
    }
}

uint32_t pl_task_pairs(const struct pl_found *found, uint16_t step, uint16_t item)
{
    return PL_TASK_PAIRS + pl_task_view_extra_pairs(found, step, item);
}

static void write_who(struct pl_writer *out, const struct pl_server *s,
                      const struct pl_definition *def, uint16_t service)
{
    if (service == PL_NO_SERVICE) { /* a child case */
        pl_write_key_string(out, "service", NULL);
        pl_write_key_string(out, "department", NULL);
        pl_write_key_bool(out, "connected", false);
        return;
    }
    const struct pl_service *asked = &def->services[service];
    pl_write_key_text(out, "service", asked->name);
    pl_write_key_text(out, "department", def->departments[asked->department].id);
    pl_write_key_bool(out, "connected", pl_service_is_served(s, asked->name));
}

void pl_task_write(struct pl_writer *out, const struct pl_server *s, const struct pl_found *found,
                   uint16_t step, uint16_t item)
{
    const struct pl_definition *def = found->def;
    const struct pl_task *task = &found->c.tasks[def->steps[step].first_task + item];
    const struct pl_task_ref ref = {found->c.id, step, item, task->round};
    char text[PL_TASK_TEXT_SIZE];

    pl_task_ref_format(ref, text);
    pl_write_key_string(out, "task", text);
    pl_write_key_u64(out, "item", item);
    write_who(out, s, def, pl_task_service(def, &found->c, step, item));
    pl_write_key_string(out, "state", pl_task_state_name(task->state));
    write_decision(out, def, task->decision,
                   task->state == PL_TASK_ANSWERED || task->state == PL_TASK_DEEMED);
    pl_write_key_bool(out, "held", task->held);
    pl_write_key_u64(out, "attempts", task->attempts);
    pl_write_key_time(out, "since", task->since_ms);
    pl_write_key_time(out, "due", task->due_ms != 0 ? task->due_ms : found->c.steps[step].due_ms);
    pl_write_key_time(out, "until", task->until_ms);
    pl_task_view_write_extras(out, found, step, item);
}

/* Over all of its decisions that send back: a byte for each. */
static uint64_t returns_of(const struct pl_step *step)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < PL_BACK_RULES_MAX; i++) {
        sum += step->returns >> (8 * i) & 0xff;
    }
    return sum;
}

static void write_step(struct pl_writer *out, const struct pl_server *s,
                       const struct pl_found *found, uint16_t i)
{
    const struct pl_step_def *step_def = &found->def->steps[i];
    const struct pl_step *step = &found->c.steps[i];

    pl_write_map(out, 13 + pl_step_extra_pairs(found, i));
    pl_write_key_text(out, "step", step_def->id);
    pl_write_title(out, "title", step_def->title);
    pl_write_key_string(out, "state", pl_step_state_name(step->state));
    write_decision(out, found->def, step->decision,
                   step->state == PL_STEP_DONE || step->state == PL_STEP_RETURNED);
    pl_write_key_u64(out, "round", step->round);
    pl_write_key_u64(out, "returns", returns_of(step));
    pl_write_key_bool(out, "incident", step->incident);
    pl_write_key_time(out, "since", step->since_ms);
    pl_write_key_time(out, "started", step->started_ms);
    pl_write_key_time(out, "stopped", step->stopped_ms);
    pl_write_key_time(out, "due", step->due_ms);
    pl_write_key_bool(out, "late", step_is_late(step, s->now_ms));
    pl_step_write_extras(out, found, i);
    pl_write_string(out, "tasks");
    uint32_t tasks = 0;
    for (uint16_t k = 0; k < step_def->task_count; k++) {
        tasks += found->c.tasks[step_def->first_task + k].state != PL_TASK_NONE;
    }
    pl_write_array(out, tasks);
    for (uint16_t k = 0; k < step_def->task_count; k++) {
        if (found->c.tasks[step_def->first_task + k].state != PL_TASK_NONE) {
            pl_write_map(out, pl_task_pairs(found, i, k));
            pl_task_write(out, s, found, i, k);
        }
    }
}

uint32_t pl_case_full_size(const struct pl_found *found)
{
    return PL_CASE_SUMMARY_SIZE + PL_CASE_EXTRAS_SIZE +
           pl_case_child_count(found) * PL_CASE_TEXT_SIZE +
           found->c.step_count * (1024U + PL_STEP_EXTRAS_SIZE) +
           found->c.task_count * (512U + PL_TASK_EXTRAS_SIZE);
}

void pl_case_write_full(struct pl_writer *out, const struct pl_server *s,
                        const struct pl_found *found, struct pl_bytes form)
{
    pl_write_map(out, SUMMARY_PAIRS + 3 + pl_case_extra_pairs(found));
    write_summary(out, found, s->now_ms);
    pl_case_write_extras(out, found);
    pl_write_key_u64(out, "sequence", found->c.seq);
    pl_write_key_value(out, "form", form);
    pl_write_string(out, "all_steps");
    pl_write_array(out, found->c.step_count);
    for (uint16_t i = 0; i < found->c.step_count; i++) {
        write_step(out, s, found, i);
    }
}
