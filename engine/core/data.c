#include "core/data.h"

#include <placet/error.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "core/core.h"
#include "model/days.h"
#include "model/ids.h"
#include "value/limits.h"

struct pl_bytes pl_core_value_at(const struct pl_reading *r, uint64_t seq)
{
    if (seq == 0) {
        return (struct pl_bytes){0};
    }
    if (r->events != NULL && seq >= r->next_seq) {
        PL_CHECK(seq - r->next_seq < r->event_count);
        return pl_event_value(&r->events[seq - r->next_seq]);
    }
    uint32_t low = 0;
    uint32_t high = r->data->value_count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (r->data->values[middle].seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < r->data->value_count && r->data->values[low].seq == seq) {
        return r->data->values[low].value;
    }
    return (struct pl_bytes){0};
}

/* ---- variables --------------------------------------------------------------------------------
 */

static struct pl_writer writer_of(const struct pl_reading *r)
{
    struct pl_writer out;

    pl_writer_init(&out, r->room + r->used, r->room_size - r->used);
    return out;
}

/* What was written into the room, which is taken from now on; nothing when it did not fit. */
static struct pl_bytes keep(struct pl_reading *r, const struct pl_writer *out)
{
    if (!pl_writer_ok(out)) {
        return (struct pl_bytes){0};
    }
    r->used += out->used;
    return pl_writer_bytes(out);
}

static void write_day(struct pl_writer *out, const struct pl_reading *r, const char *key,
                      int64_t at_ms)
{
    char text[PL_DATE_TEXT_SIZE];

    pl_date_format(
        pl_date_of_day(pl_day_of_ms(at_ms, pl_core_calendar(r->def, r->c)->zone_minutes)), text);
    pl_write_key_string(out, key, text);
}

static struct pl_bytes case_value(struct pl_reading *r)
{
    const bool accepted = r->c->accepted_ms != 0;
    struct pl_writer out = writer_of(r);
    char id[PL_CASE_TEXT_SIZE];

    pl_case_id_format(r->c->id, id);
    pl_write_map(&out, accepted ? 5 : 4);
    pl_write_key_string(&out, "id", id);
    pl_write_key_text(&out, "key", r->c->key);
    pl_write_key_text(&out, "by", r->c->by);
    write_day(&out, r, "started", r->c->started_ms);
    if (accepted) {
        write_day(&out, r, "accepted", r->c->accepted_ms);
    }
    return keep(r, &out);
}

static struct pl_bytes text_value(struct pl_reading *r, struct pl_text text)
{
    struct pl_writer out = writer_of(r);

    pl_write_text(&out, text);
    return keep(r, &out);
}

static struct pl_bytes decision_value(struct pl_reading *r, uint16_t step)
{
    const struct pl_step *s = &r->c->steps[step];

    if (s->state != PL_STEP_DONE || s->decision >= r->def->decision_count) {
        return (struct pl_bytes){0};
    }
    return text_value(r, r->def->decisions[s->decision].id);
}

/* What the step has to say for itself: its own value, or the answer of its lead. */
static struct pl_bytes answer_value(const struct pl_reading *r, uint16_t step)
{
    const struct pl_step_def *sd = &r->def->steps[step];
    const struct pl_step *s = &r->c->steps[step];

    if (pl_step_own_tasks(sd) == 0) {
        return pl_core_value_at(r, s->value_seq);
    }
    const struct pl_task *lead = &r->c->tasks[sd->first_task];

    return lead->state == PL_TASK_ANSWERED && lead->has_answer ? pl_core_value_at(r, lead->seq)
                                                               : (struct pl_bytes){0};
}

static void write_item(struct pl_writer *out, const struct pl_reading *r, const struct pl_task *t)
{
    const bool answered = t->state == PL_TASK_ANSWERED || t->state == PL_TASK_DEEMED;
    const bool decided = answered && t->decision < r->def->decision_count;
    const bool has_answer = t->state == PL_TASK_ANSWERED && t->has_answer;
    const struct pl_bytes item = pl_core_value_at(r, t->item_seq);

    pl_write_map(out, 1u + (item.size != 0) + decided + has_answer);
    pl_write_key_string(out, "state", pl_task_state_name(t->state));
    if (item.size != 0) {
        pl_write_key_value(out, "item", item);
    }
    if (decided) {
        pl_write_key_text(out, "decision", r->def->decisions[t->decision].id);
    }
    if (has_answer) {
        pl_write_key_value(out, "answer", pl_core_value_at(r, t->seq));
    }
}

static struct pl_bytes items_value(struct pl_reading *r, uint16_t step)
{
    const struct pl_step_def *sd = &r->def->steps[step];
    const struct pl_task *tasks = &r->c->tasks[sd->first_task];
    const bool dynamic = sd->set.kind == PL_SET_ITEMS;
    const uint16_t own = (uint16_t)(sd->task_count - (sd->undo != NULL));
    const uint16_t count = dynamic ? r->c->steps[step].item_count : own;
    struct pl_writer out = writer_of(r);

    PL_CHECK(count <= own);
    pl_write_array(&out, count);
    for (uint16_t i = 0; i < count; i++) {
        write_item(&out, r, &tasks[i]);
    }
    return keep(r, &out);
}

static struct pl_bytes item_value(const struct pl_reading *r)
{
    if (r->item == PL_NO_ITEM) {
        return (struct pl_bytes){0};
    }
    const struct pl_step_def *sd = &r->def->steps[r->step];

    return pl_core_value_at(r, r->c->tasks[sd->first_task + r->item].item_seq);
}

static struct pl_bytes variable_value(struct pl_reading *r, const struct pl_variable *v)
{
    switch (v->kind) {
    case PL_VARIABLE_FORM:
        return r->data->form;
    case PL_VARIABLE_CASE:
        return case_value(r);
    case PL_VARIABLE_DECISION:
        return decision_value(r, v->step);
    case PL_VARIABLE_STATE:
        return text_value(r, pl_text_of(pl_step_state_name(r->c->steps[v->step].state)));
    case PL_VARIABLE_ANSWER:
        return answer_value(r, v->step);
    case PL_VARIABLE_ITEMS:
        return items_value(r, v->step);
    case PL_VARIABLE_ITEM:
        return item_value(r);
    case PL_VARIABLE_TABLE:
        return v->value;
    }
    PL_UNREACHABLE();
}

/* ---- expressions ------------------------------------------------------------------------------
 */

/* What a value borrows from the room is taken from now on. */
static void keep_value(struct pl_reading *r, const struct pl_cel_value *value)
{
    const bool text = value->type == PL_CEL_STRING;
    const bool bytes =
        value->type == PL_CEL_BYTES || value->type == PL_CEL_LIST || value->type == PL_CEL_MAP;

    if (!text && !bytes) {
        return;
    }
    const uint8_t *at = text ? (const uint8_t *)value->text.at : value->value.at;
    const size_t size = text ? value->text.len : value->value.size;

    if (at >= r->room + r->used && at < r->room + r->room_size) {
        r->used = (size_t)(at + size - r->room);
    }
}

struct pl_cel_result pl_core_read(struct pl_reading *r, const struct pl_cel_program *program,
                                  char *why, size_t why_size)
{
    struct pl_bytes variables[PL_VARIABLES_MAX];
    uint16_t reads[PL_VARIABLES_MAX];
    const uint32_t count = pl_cel_variables(program, reads, PL_VARIABLES_MAX);
    const struct pl_cel_days days = pl_calendar_days(pl_core_calendar(r->def, r->c));

    PL_CHECK(count <= PL_VARIABLES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        PL_CHECK(reads[i] < PL_VARIABLES_MAX &&
                 (reads[i] < r->def->variable_count || reads[i] == 0));
        variables[reads[i]] =
            reads[i] == 0 ? r->data->form : variable_value(r, &r->def->variables[reads[i]]);
    }
    const struct pl_cel_world world = {
        .variables = variables,
        .variable_count = count == 0 ? 0 : reads[count - 1] + 1u,
        .now_ms = r->now_ms,
        .days = &days,
        .room = r->room + r->used,
        .room_size = r->room_size - r->used,
    };
    const struct pl_cel_result result = pl_cel_eval(program, &world);

    if (result.fault != PL_CEL_OK) {
        (void)pl_cel_explain(program, &world, &result, why, why_size);
        return result;
    }
    keep_value(r, &result.value);
    return result;
}

/* ---- documents put together from expressions --------------------------------------------------
 */

static int write_leaf(struct pl_reading *r, const struct pl_cel_program *program,
                      struct pl_writer *out, char *why, size_t why_size)
{
    const struct pl_cel_result result = pl_core_read(r, program, why, why_size);

    return result.fault == PL_CEL_OK ? pl_cel_write(out, &result.value) : PLACET_EINVALID;
}

/* Where a walk over a tree stands: the node, and its part that comes next. */
struct level {
    const struct pl_send *node;
    uint16_t next;
};

static void write_head(const struct pl_send *node, struct pl_writer *out)
{
    if (node->is_list) {
        pl_write_array(out, node->part_count);
    } else {
        pl_write_map(out, node->part_count);
    }
}

/* The reader of the file bounds the depth, so the walk needs no recursion. */
int pl_core_write_tree(struct pl_reading *r, const struct pl_send *tree, struct pl_writer *out,
                       char *why, size_t why_size)
{
    struct level levels[PL_YAML_DEPTH_MAX];
    unsigned depth = 0;

    if (tree->value != NULL) {
        return write_leaf(r, tree->value, out, why, why_size);
    }
    write_head(tree, out);
    levels[depth++] = (struct level){tree, 0};
    while (depth > 0) {
        struct level *level = &levels[depth - 1];

        if (level->next == level->node->part_count) {
            depth--;
            continue;
        }
        const struct pl_send *part = &level->node->parts[level->next++];

        if (!level->node->is_list) {
            pl_write_text(out, part->key);
        }
        if (part->value == NULL) {
            PL_CHECK(depth < PL_YAML_DEPTH_MAX);
            write_head(part, out);
            levels[depth++] = (struct level){part, 0};
            continue;
        }
        const int rc = write_leaf(r, part->value, out, why, why_size);
        if (rc < 0) {
            return rc;
        }
    }
    return pl_writer_ok(out) ? PLACET_OK : PLACET_ELIMIT;
}

bool pl_core_signal_key(struct pl_reading *r, uint16_t step, struct pl_text *key_out)
{
    const struct pl_step_def *sd = &r->def->steps[step];
    char why[1];

    if (sd->kind != PL_KIND_WAIT_FOR || sd->wait_for != PL_WAIT_SIGNAL || sd->signal_key == NULL) {
        return false;
    }
    r->step = step;
    r->item = PL_NO_ITEM;
    const struct pl_cel_result result = pl_core_read(r, sd->signal_key, why, sizeof(why));

    if (result.fault != PL_CEL_OK || result.value.type != PL_CEL_STRING) {
        return false;
    }
    *key_out = result.value.text;
    return true;
}

int pl_core_child_form(struct pl_reading *r, struct pl_writer *out, char *why, size_t why_size)
{
    const struct pl_run *run = r->def->steps[r->step].run;

    PL_CHECK(run != NULL);
    if (run->form != NULL) {
        return pl_core_write_tree(r, run->form, out, why, why_size);
    }
    pl_write_value(out, r->data->form);
    return pl_writer_ok(out) ? PLACET_OK : PLACET_ELIMIT;
}
