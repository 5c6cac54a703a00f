#include "server/children.h"

#include <placet/error.h>
#include <stdlib.h>
#include <string.h>

#include "core/data.h"
#include "server/case_view.h"
#include "server/turn.h"
#include "value/schema.h"
#include "wire/case.h"

#define ERRANDS_FIRST 16
#define READING_ROOM  (128u << 10) /* what the expressions of one form put together */
#define REASON_SIZE   512
#define ERRANDS_PER_TURN                                                                           \
    512u /* a set of children and all that it leads to; a flood of them leaves room for messages   \
          */

/* ---- the list ---------------------------------------------------------------------------------
 */

void pl_errands_fini(struct pl_errands *errands)
{
    pl_errands_clear(errands);
    free(errands->at);
    *errands = (struct pl_errands){0};
}

void pl_errands_clear(struct pl_errands *errands)
{
    for (uint32_t i = 0; i < errands->count; i++) {
        free(errands->at[errands->first + i].why);
    }
    errands->first = 0;
    errands->count = 0;
}

static int add(struct pl_server *s, struct pl_errand errand)
{
    struct pl_errands *errands = &s->errands;

    if (errands->first + errands->count == errands->size && errands->first > 0) {
        memmove(errands->at, errands->at + errands->first, errands->count * sizeof *errands->at);
        errands->first = 0;
    }
    if (errands->count == errands->size) {
        const uint32_t size = errands->size == 0 ? ERRANDS_FIRST : 2 * errands->size;
        struct pl_errand *grown = realloc(errands->at, size * sizeof *grown);
        if (grown == NULL) {
            return PLACET_ENOMEM;
        }
        errands->at = grown;
        errands->size = size;
    }
    errands->at[errands->first + errands->count++] = errand;
    return PLACET_OK;
}

/* ---- what is to be done -----------------------------------------------------------------------
 */

static struct pl_text result_of(const struct pl_definition *def, const struct pl_case *c)
{
    return def->results[c->result].id;
}

int pl_errand_of_effect(struct pl_server *s, const struct pl_live *live,
                        const struct pl_effect *effect)
{
    const struct pl_case *c = &live->c;
    struct pl_errand errand = {.case_id = c->id};

    if (effect->kind == PL_EFFECT_TELL_PARENT) {
        errand = (struct pl_errand){.kind = PL_ERRAND_FINISH,
                                    .case_id = c->parent,
                                    .task = c->parent_task,
                                    .child = c->id,
                                    .result = result_of(live->def, c)};
        return add(s, errand);
    }
    errand.task = (uint16_t)(live->def->steps[effect->step].first_task + effect->item);
    if (effect->kind == PL_EFFECT_START_CHILD) {
        errand.kind = PL_ERRAND_START;
        return add(s, errand);
    }
    errand.kind = PL_ERRAND_CANCEL;
    errand.child.v = c->tasks[errand.task].child;
    return errand.child.v == 0 ? PLACET_OK : add(s, errand);
}

int pl_errand_of_fault(struct pl_server *s, const struct pl_live *live, uint16_t step,
                       uint16_t item, const char *why)
{
    const uint16_t task = (uint16_t)(live->def->steps[step].first_task + item);
    char *copy = strdup(why);

    if (copy == NULL) {
        return PLACET_ENOMEM;
    }
    const int rc = add(s, (struct pl_errand){.kind = PL_ERRAND_FAULT,
                                             .case_id = live->c.id,
                                             .task = task,
                                             .lease = live->c.tasks[task].lease,
                                             .why = copy});
    if (rc < 0) {
        free(copy);
    }
    return rc;
}

/* Whether the task of a parent still waits for this child. */
static bool waits_for(const struct pl_case *parent, uint16_t task, struct pl_case_id child)
{
    return !parent->finished && task < parent->task_count &&
           parent->tasks[task].state == PL_TASK_ACTIVE && parent->tasks[task].child == child.v;
}

static const struct pl_run *run_of(const struct pl_definition *def, uint16_t task)
{
    return task < def->task_count ? def->steps[pl_definition_step_of_task(def, task)].run : NULL;
}

/* A child that its parent no longer waits for, and that was not let go on purpose. */
static int look_at_parent(struct pl_server *s, const struct pl_live *live)
{
    const struct pl_case *c = &live->c;
    struct pl_found parent;
    const int rc = pl_case_find(s, c->parent, &parent);

    if (rc < 0) {
        return rc == PLACET_ENOTFOUND ? PLACET_ECORRUPT : rc;
    }
    const struct pl_run *run = run_of(parent.def, c->parent_task);
    if (run == NULL) {
        return PLACET_ECORRUPT;
    }
    if (run->detached || (parent.open && waits_for(&parent.c, c->parent_task, c->id))) {
        return PLACET_OK;
    }
    return add(s, (struct pl_errand){.kind = PL_ERRAND_CANCEL,
                                     .case_id = c->parent,
                                     .task = c->parent_task,
                                     .child = c->id});
}

/* A child that ended before its parent heard of it. */
static int look_at_child(struct pl_server *s, const struct pl_live *live, uint16_t task)
{
    const struct pl_case_id id = {live->c.tasks[task].child};
    struct pl_found child;
    const int rc = pl_case_find(s, id, &child);

    if (rc < 0 || (child.open && !child.c.finished)) {
        return rc == PLACET_ENOTFOUND ? PLACET_ECORRUPT : rc;
    }
    return add(s, (struct pl_errand){.kind = PL_ERRAND_FINISH,
                                     .case_id = live->c.id,
                                     .task = task,
                                     .child = id,
                                     .result = result_of(child.def, &child.c)});
}

int pl_errands_of_case(struct pl_server *s, const struct pl_live *live)
{
    const struct pl_definition *def = live->def;
    int rc = live->c.parent.v != 0 ? look_at_parent(s, live) : PLACET_OK;

    for (uint16_t i = 0; rc == PLACET_OK && i < def->step_count; i++) {
        const struct pl_step_def *step = &def->steps[i];
        for (uint16_t k = 0; step->run != NULL && rc == PLACET_OK && k < step->task_count; k++) {
            const uint16_t task = (uint16_t)(step->first_task + k);
            const enum pl_task_state state = live->c.tasks[task].state;
            if (pl_step_is_undo(step, k)) {
                continue;
            }
            if (state == PL_TASK_READY) {
                rc = add(s, (struct pl_errand){
                                .kind = PL_ERRAND_START, .case_id = live->c.id, .task = task});
            } else if (state == PL_TASK_ACTIVE && live->c.tasks[task].child != 0) {
                rc = look_at_child(s, live, task);
            }
        }
    }
    return rc;
}

/* ---- starting ---------------------------------------------------------------------------------
 */

/* A start while it is prepared: the task, and the case that it will have. */
struct birth {
    struct pl_live *parent;
    uint16_t step;
    uint16_t item;
    const struct pl_definition *def;
    struct pl_bytes form;
    char why[REASON_SIZE]; /* "" : nothing stands against it */
};

/* Two clauses around a name; "" for what is not there. */
static void say(struct birth *b, const char *before, struct pl_text name, const char *after)
{
    struct pl_builder why;

    pl_builder_init(&why, b->why, sizeof b->why);
    pl_builder_addf(&why, "%s%.*s%s", before, (int)name.len, name.at, after);
}

static void check_form(struct birth *b)
{
    struct pl_schema_mistake mistake;
    struct pl_builder why;

    if (b->def->form == NULL || pl_schema_check(b->def->form, b->form, &mistake, 1) == 0) {
        return;
    }
    pl_builder_init(&why, b->why, sizeof b->why);
    pl_builder_addf(&why, "the form does not fit %.*s: %s: %s", (int)b->def->form_id.len,
                    b->def->form_id.at, mistake.path[0] == '\0' ? "/" : mistake.path,
                    mistake.message);
}

/* The form, in the arena of the turn; `why` when the expressions give none. PLACET_ELIMIT. */
static int make_form(struct pl_server *s, struct birth *b)
{
    uint8_t *memory = pl_arena_reserve(&s->arena, PL_BODY_MAX + READING_ROOM);
    struct pl_writer out;

    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    struct pl_reading reading = {
        .def = b->parent->def,
        .c = &b->parent->c,
        .data = &b->parent->data,
        .next_seq = pl_turn_next_seq(s),
        .now_ms = s->now_ms,
        .step = b->step,
        .item = b->item,
        .room = memory + PL_BODY_MAX,
        .room_size = READING_ROOM,
    };
    pl_writer_init(&out, memory, PL_BODY_MAX);
    const int rc = pl_core_child_form(&reading, &out, b->why, sizeof b->why);
    if (rc == PLACET_ELIMIT) {
        say(b, "the form of ", b->def->workflow, " is larger than a form may be");
    } else if (rc == PLACET_OK) {
        b->form = pl_writer_bytes(&out);
        pl_arena_keep(&s->arena, out.used);
        check_form(b);
    }
    return PLACET_OK;
}

static int prepare(struct pl_server *s, struct birth *b)
{
    const struct pl_run *run = b->parent->def->steps[b->step].run;

    b->def = pl_state_definition(&s->state, run->workflow, 0);
    if (b->def == NULL) {
        say(b, "no workflow ", run->workflow, " is published");
        return PLACET_OK;
    }
    if (b->parent->c.depth >= PL_DEPTH_MAX) {
        say(b, "children of children go no deeper: ", run->workflow, " is not started");
        return PLACET_OK;
    }
    return make_form(s, b);
}

static struct pl_text key_of(struct pl_server *s, const struct birth *b)
{
    char text[PL_CHILD_KEY_SIZE];
    const struct pl_text key = pl_child_key(b->parent->def, &b->parent->c, b->step, b->item, text);

    return (struct pl_text){pl_arena_text(&s->arena, key.at, key.len), key.len};
}

static struct pl_command to_parent(const struct birth *b, enum pl_command_kind kind)
{
    const struct pl_step_def *step = &b->parent->def->steps[b->step];

    return (struct pl_command){.kind = kind,
                               .actor = PL_ACTOR_ENGINE,
                               .case_id = b->parent->c.id,
                               .step = b->step,
                               .item = b->item,
                               .round = b->parent->c.tasks[step->first_task + b->item].round};
}

static int refuse(struct pl_server *s, const struct birth *b)
{
    struct pl_command cmd = to_parent(b, PL_CMD_CHILD_REFUSE);
    struct pl_verdict x;

    cmd.reason = pl_text_of(b->why);
    return pl_turn_command(s, &cmd, &x);
}

/* The start and its acceptance belong together: nothing comes between them, and a turn that has
 * room for the one has room for the other. */
static int give_birth(struct pl_server *s, struct birth *b)
{
    struct pl_command cmd = {
        .kind = PL_CMD_START,
        .actor = PL_ACTOR_ENGINE,
        .step = PL_NO_STEP,
        .item = PL_NO_ITEM,
        .by = b->parent->c.by,
        .key = key_of(s, b),
        .form = b->form,
        .child = b->parent->c.id,
        .parent_task = (uint16_t)(b->parent->def->steps[b->step].first_task + b->item),
        .depth = (uint16_t)(b->parent->c.depth + 1U),
    };
    struct pl_verdict x;

    if (cmd.key.at == NULL) {
        return PLACET_ELIMIT;
    }
    int rc = pl_turn_begin_case(s, b->def, &cmd, &x);
    if (rc < 0) {
        return rc;
    }
    if (x.rejection != PL_ACCEPTED) {
        say(b, pl_rejection_text(x.rejection), (struct pl_text){"", 0}, "");
        return refuse(s, b);
    }
    cmd = to_parent(b, PL_CMD_CHILD_ACCEPT);
    cmd.child = x.case_id;
    rc = pl_turn_command(s, &cmd, &x);
    if (rc == PLACET_OK && x.rejection != PL_ACCEPTED) {
        return PLACET_ECORRUPT;
    }
    return rc == PLACET_ELIMIT ? PLACET_ENOMEM : rc;
}

static int start(struct pl_server *s, const struct pl_errand *errand)
{
    struct birth b = {0};

    int rc = pl_state_open(&s->state, &s->arena, errand->case_id, &b.parent);
    if (rc < 0) {
        return rc == PLACET_ENOTFOUND ? PLACET_OK : rc;
    }
    const struct pl_case *c = &b.parent->c;
    if (c->finished || c->paused || c->tasks[errand->task].state != PL_TASK_READY) {
        return PLACET_OK;
    }
    b.step = pl_definition_step_of_task(b.parent->def, errand->task);
    b.item = (uint16_t)(errand->task - b.parent->def->steps[b.step].first_task);
    rc = prepare(s, &b);
    if (rc < 0) {
        return rc;
    }
    return b.why[0] != '\0' ? refuse(s, &b) : give_birth(s, &b);
}

/* ---- ending -----------------------------------------------------------------------------------
 */

static int cancel(struct pl_server *s, const struct pl_errand *errand)
{
    char id[PL_CASE_TEXT_SIZE];
    char reason[REASON_SIZE];
    struct pl_builder b;
    struct pl_verdict x;

    pl_case_id_format(errand->case_id, id);
    pl_builder_init(&b, reason, sizeof reason);
    pl_builder_addf(&b, "%s, which started this case, does not need it any more", id);
    struct pl_command cmd = {.kind = PL_CMD_CANCEL_CASE,
                             .actor = PL_ACTOR_ENGINE,
                             .case_id = errand->child,
                             .step = PL_NO_STEP,
                             .item = PL_NO_ITEM,
                             .by = PL_TEXT("engine"),
                             .reason = pl_text_of(reason)};
    return pl_turn_command(s, &cmd, &x);
}

static int finish(struct pl_server *s, const struct pl_errand *errand)
{
    struct pl_live *parent;
    struct pl_verdict x;

    const int rc = pl_state_open(&s->state, &s->arena, errand->case_id, &parent);
    if (rc < 0) {
        return rc == PLACET_ENOTFOUND ? PLACET_OK : rc;
    }
    if (parent->c.paused || !waits_for(&parent->c, errand->task, errand->child)) {
        return PLACET_OK; /* a paused one looks again when it goes on */
    }
    const uint16_t step = pl_definition_step_of_task(parent->def, errand->task);
    struct pl_command cmd = {
        .kind = PL_CMD_CHILD_FINISH,
        .actor = PL_ACTOR_ENGINE,
        .case_id = errand->case_id,
        .step = step,
        .item = (uint16_t)(errand->task - parent->def->steps[step].first_task),
        .round = parent->c.tasks[errand->task].round,
        .child = errand->child,
        .decision = errand->result,
    };
    int done = pl_turn_command(s, &cmd, &x);
    if (done == PLACET_OK && x.rejection == PL_REJECT_NO_SUCH_DECISION) {
        /* A result that the parent's definition did not foresee goes on. */
        cmd.decision = parent->def->decisions[PL_DECISION_APPROVE].id;
        done = pl_turn_command(s, &cmd, &x);
    }
    return done;
}

/* Nobody got the task: the engine gives the lease back with the reason. */
static int fault(struct pl_server *s, const struct pl_errand *errand)
{
    struct pl_live *live;
    struct pl_verdict x;

    const int rc = pl_state_open(&s->state, &s->arena, errand->case_id, &live);
    if (rc < 0) {
        return rc == PLACET_ENOTFOUND ? PLACET_OK : rc;
    }
    const uint16_t step = pl_definition_step_of_task(live->def, errand->task);
    const char *why = pl_arena_text(&s->arena, errand->why, strlen(errand->why));
    if (why == NULL) {
        return PLACET_ELIMIT;
    }
    struct pl_command cmd = {
        .kind = PL_CMD_TASK_THROW,
        .actor = PL_ACTOR_ADAPTER,
        .case_id = errand->case_id,
        .step = step,
        .item = (uint16_t)(errand->task - live->def->steps[step].first_task),
        .round = live->c.tasks[errand->task].round,
        .lease = errand->lease,
        .by = PL_TEXT("engine"),
        .code = PL_TEXT("expression"),
        .note = pl_text_of(why),
    };
    return pl_turn_command(s, &cmd, &x);
}

/* ---- doing ------------------------------------------------------------------------------------
 */

static int run(struct pl_server *s, const struct pl_errand *errand)
{
    switch (errand->kind) {
    case PL_ERRAND_START:
        return start(s, errand);
    case PL_ERRAND_CANCEL:
        return cancel(s, errand);
    case PL_ERRAND_FINISH:
        return finish(s, errand);
    case PL_ERRAND_FAULT:
        return fault(s, errand);
    }
    return PLACET_EINVALID;
}

int pl_errands_run(struct pl_server *s)
{
    struct pl_errands *errands = &s->errands;

    while (errands->count > 0 && s->turn->errands < ERRANDS_PER_TURN &&
           pl_turn_has_room(s, 3 * PL_COMMAND_ROOM + PL_BODY_MAX)) {
        const struct pl_errand errand = errands->at[errands->first];
        const int rc = run(s, &errand);
        if (rc == PLACET_ELIMIT) {
            return PLACET_OK;
        }
        if (rc < 0) {
            return rc;
        }
        s->turn->errands++;
        free(errands->at[errands->first].why);
        errands->first++;
        errands->count--;
    }
    if (errands->count == 0) {
        errands->first = 0;
    }
    return PLACET_OK;
}
