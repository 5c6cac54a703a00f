#include "support/definition_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "value/cel.h"

#define ZONE_MINUTES 480

static void init_calendar(struct pl_calendar *calendar)
{
    (void)snprintf(calendar->id, sizeof(calendar->id), "test");
    calendar->version = 1;
    calendar->zone_minutes = ZONE_MINUTES;
    calendar->first_day = pl_day_of_date((struct pl_date){2015, 1, 1});
    calendar->day_count = 15 * 365;
    for (uint32_t i = 0; i < calendar->day_count; i++) {
        if (pl_weekday(calendar->first_day + (int32_t)i) < 6) {
            calendar->working[i / 8] = (uint8_t)(calendar->working[i / 8] | 1u << i % 8);
        }
    }
}

void build_init(struct build *b)
{
    static const char *const decisions[] = {"approve", "no_objection", "objection", "reject",
                                            "return",  "again",        "other"};
    static const char *const results[] = {"completed", "rejected", "withdrawn", "cancelled"};

    memset(b, 0, sizeof(*b));
    pl_arena_init(&b->arena, b->memory, sizeof(b->memory));
    init_calendar(&b->def.calendar);
    b->def.workflow = PL_TEXT("test");
    b->def.intake = PL_NO_STEP;
    b->def.number = 1;
    b->def.revision = 1;
    b->def.steps = b->steps;
    b->def.decisions = b->decisions;
    b->def.decision_count = BUILD_DECISIONS;
    for (unsigned i = 0; i < BUILD_DECISIONS; i++) {
        b->decisions[i].id = pl_text_of(decisions[i]);
    }
    b->def.results = b->results;
    b->def.result_count = PL_RESULTS_FIXED;
    for (unsigned i = 0; i < PL_RESULTS_FIXED; i++) {
        b->results[i].id = pl_text_of(results[i]);
    }
    b->def.finish = b->finish;
    b->def.variables = b->variables;
    b->def.variable_count = 1; /* the form */
}

static uint16_t add_step(struct build *b, enum pl_step_kind kind)
{
    const uint16_t n = b->def.step_count++;

    assert_true(n < BUILD_STEPS);
    struct pl_step_def *step = &b->steps[n];

    (void)snprintf(b->ids[n], sizeof(b->ids[n]), "s%u", (unsigned)n);
    step->id = pl_text_of(b->ids[n]);
    step->kind = kind;
    step->counts = true;
    step->exclusive = PL_NO_GROUP;
    step->after = b->arcs[n];
    step->decide_after = b->decide_after[n];
    step->blocked_by = b->blocked_by[n];
    step->members = b->members[n];
    step->rules = b->rules[n];
    step->rungs = b->rungs[n];
    return n;
}

uint16_t build_ask(struct build *b)
{
    const uint16_t n = add_step(b, PL_KIND_ASK);

    build_member(b, n, PL_ROLE_LEAD);
    build_rule(b, n, (struct pl_decision_rule){.decision = PL_DECISION_APPROVE});
    build_rule(b, n,
               (struct pl_decision_rule){.decision = BUILD_REJECT,
                                         .effect = PL_DECISION_ENDS,
                                         .result = PL_RESULT_REJECTED,
                                         .reason_required = true});
    return n;
}

uint16_t build_tell(struct build *b)
{
    const uint16_t n = add_step(b, PL_KIND_TELL);

    build_member(b, n, PL_ROLE_LEAD);
    return n;
}

uint16_t build_child(struct build *b, bool detached)
{
    const uint16_t n = build_ask(b);

    build_rule(b, n, (struct pl_decision_rule){.decision = BUILD_OTHER});
    b->runs[n] = (struct pl_run){.workflow = PL_TEXT("child"), .detached = detached};
    b->steps[n].kind = PL_KIND_RUN;
    b->steps[n].run = &b->runs[n];
    return n;
}

uint16_t build_wait_signal(struct build *b, const char *signal)
{
    const uint16_t n = add_step(b, PL_KIND_WAIT_FOR);

    b->steps[n].signal = pl_text_of(signal);
    return n;
}

uint16_t build_wait_span(struct build *b, struct pl_span span)
{
    const uint16_t n = add_step(b, PL_KIND_WAIT_FOR);

    b->steps[n].wait_for = PL_WAIT_SPAN;
    b->steps[n].span = span;
    return n;
}

uint16_t build_wait_date(struct build *b, struct pl_date date)
{
    const uint16_t n = add_step(b, PL_KIND_WAIT_FOR);

    b->steps[n].wait_for = PL_WAIT_DATE;
    b->steps[n].date = pl_day_of_date(date);
    return n;
}

void build_after_decision(struct build *b, uint16_t step, uint16_t before, uint16_t decision)
{
    struct pl_step_def *s = &b->steps[step];

    assert_true(s->after_count < BUILD_ARCS);
    s->after[s->after_count++] = (struct pl_arc){before, decision};
}

void build_after(struct build *b, uint16_t step, uint16_t before)
{
    build_after_decision(b, step, before, PL_NO_DECISION);
}

void build_any(struct build *b, uint16_t step)
{
    b->steps[step].join = PL_JOIN_ANY;
}

void build_decide_after(struct build *b, uint16_t step, uint16_t before)
{
    struct pl_step_def *s = &b->steps[step];

    assert_true(s->decide_after_count < BUILD_ARCS);
    s->decide_after[s->decide_after_count++] = before;
}

static uint16_t add_variable(struct build *b, enum pl_variable_kind kind, uint16_t step)
{
    assert_true(b->def.variable_count < BUILD_VARS);
    b->variables[b->def.variable_count] = (struct pl_variable){.kind = kind, .step = step};
    return b->def.variable_count++;
}

/* Takes a word and its dot from the front of a path; false: it does not stand there. */
static bool take_word(struct pl_text *path, const char *word)
{
    const size_t len = strlen(word);

    if (path->len < len || memcmp(path->at, word, len) != 0 ||
        (path->len > len && path->at[len] != '.')) {
        return false;
    }
    const uint32_t taken = (uint32_t)(path->len > len ? len + 1 : len);

    path->at += taken;
    path->len -= taken;
    return true;
}

static bool find_variable(struct build *b, struct pl_text *path, uint16_t *variable_out)
{
    static const struct {
        const char *word;
        enum pl_variable_kind kind;
    } of_step[] = {{"decision", PL_VARIABLE_DECISION},
                   {"state", PL_VARIABLE_STATE},
                   {"answer", PL_VARIABLE_ANSWER},
                   {"items", PL_VARIABLE_ITEMS}};
    static const struct {
        const char *word;
        enum pl_variable_kind kind;
    } others[] = {
        {"case", PL_VARIABLE_CASE}, {"items", PL_VARIABLE_ITEMS}, {"item", PL_VARIABLE_ITEM}};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (take_word(path, others[i].word)) {
            *variable_out = add_variable(b, others[i].kind, b->scope);
            return true;
        }
    }
    if (!take_word(path, "steps")) {
        return false;
    }
    uint16_t step = 0;

    while (step < b->def.step_count && !take_word(path, b->ids[step])) {
        step++;
    }
    for (size_t i = 0; i < sizeof(of_step) / sizeof(of_step[0]); i++) {
        if (take_word(path, of_step[i].word)) {
            *variable_out = add_variable(b, of_step[i].kind, step);
            return true;
        }
    }
    return false;
}

/* A name that is nothing else is a field of the form. */
static bool resolve(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out)
{
    uint16_t variable = PL_VARIABLE_FORM;

    (void)suggestion_out;
    (void)find_variable(context, &path, &variable);
    *binding_out = (struct pl_cel_binding){.variable = variable, .rest = path, .type = PL_CEL_DYN};
    return true;
}

static const struct pl_cel_program *compile_as(struct build *b, uint16_t step,
                                               const char *expression, enum pl_cel_type wanted)
{
    const struct pl_cel_scope scope = {b, resolve};
    const struct pl_cel_program *program = NULL;
    struct placet_error err;

    b->scope = step;
    if (pl_cel_compile(pl_text_of(expression), &scope, wanted, &b->arena, &program, &err) < 0) {
        fail_msg("%s: %s", expression, err.message);
    }
    return program;
}

static const struct pl_cel_program *compile(struct build *b, uint16_t step, const char *expression)
{
    return compile_as(b, step, expression, PL_CEL_BOOL);
}

void build_when(struct build *b, uint16_t step, const char *expression)
{
    b->steps[step].when = compile(b, step, expression);
}

void build_while(struct build *b, uint16_t step, const char *expression)
{
    b->steps[step].while_true = compile(b, step, expression);
}

void build_cancels(struct build *b, uint16_t step, uint16_t cancelled)
{
    b->steps[step].cancels[cancelled / 64] |= UINT64_C(1) << cancelled % 64;
}

void build_exclusive(struct build *b, uint16_t step, uint16_t name)
{
    b->steps[step].exclusive = name;
}

void build_not_by(struct build *b, uint16_t step, uint16_t other)
{
    b->steps[step].not_by[other / 64] |= UINT64_C(1) << other % 64;
}

void build_each(struct build *b, uint16_t step)
{
    b->steps[step].join = PL_JOIN_EACH;
    b->steps[step].set.kind = PL_SET_ARCS;
    b->reserved[step] = b->steps[step].after_count;
}

void build_blocked_by(struct build *b, uint16_t step, uint16_t obligation)
{
    struct pl_step_def *s = &b->steps[step];

    assert_true(s->blocked_by_count < BUILD_ARCS);
    s->blocked_by[s->blocked_by_count++] = obligation;
}

struct pl_set *build_items(struct build *b, uint16_t step, const char *items, uint16_t at_most)
{
    struct pl_set *set = &b->steps[step].set;

    set->kind = PL_SET_ITEMS;
    set->items = compile_as(b, step, items, PL_CEL_DYN);
    b->reserved[step] = at_most;
    return set;
}

void build_done_when(struct build *b, uint16_t step, const char *expression)
{
    b->steps[step].set.done_when = PL_DONE_EXPRESSION;
    b->steps[step].set.done = compile(b, step, expression);
}

void build_set_decision(struct build *b, uint16_t step, const char *expression)
{
    b->steps[step].set.decision = compile_as(b, step, expression, PL_CEL_DYN);
}

struct pl_set *build_signers(struct build *b, uint16_t step, const uint32_t *weights,
                             uint16_t count)
{
    struct pl_step_def *s = &b->steps[step];

    s->set.kind = PL_SET_SIGNERS;
    s->members[0].role = PL_ROLE_SIGNER;
    s->members[0].weight = weights[0];
    for (uint16_t i = 1; i < count; i++) {
        s->members[build_member(b, step, PL_ROLE_SIGNER)].weight = weights[i];
    }
    return &s->set;
}

void build_undo(struct build *b, uint16_t step)
{
    b->undo[step] = (struct pl_member){.silent_decision = PL_NO_DECISION};
    b->steps[step].undo = &b->undo[step];
}

void build_limit(struct build *b, uint16_t step, struct pl_span limit)
{
    b->steps[step].has_limit = true;
    b->steps[step].limit = limit;
}

void build_limit_until(struct build *b, uint16_t step, const char *expression)
{
    b->steps[step].has_limit = true;
    b->steps[step].limit_until = compile_as(b, step, expression, PL_CEL_STRING);
}

struct pl_rung *build_rung(struct build *b, uint16_t step, struct pl_span at, enum pl_card card)
{
    struct pl_step_def *s = &b->steps[step];

    assert_true(s->rung_count < BUILD_RUNGS);
    s->rungs[s->rung_count] = (struct pl_rung){.at = at, .card = card, .decides = PL_NO_DECISION};
    return &s->rungs[s->rung_count++];
}

void build_extension(struct build *b, uint16_t step, struct pl_span span)
{
    b->extensions[step] = (struct pl_extension){.span = span, .role = PL_TEXT("head")};
    b->steps[step].extension = &b->extensions[step];
}

uint16_t build_wait_date_of(struct build *b, const char *expression)
{
    const uint16_t n = add_step(b, PL_KIND_WAIT_FOR);

    b->steps[n].wait_for = PL_WAIT_DATE;
    b->steps[n].date_of = compile_as(b, n, expression, PL_CEL_STRING);
    return n;
}

uint16_t build_intake(struct build *b, struct pl_span limit)
{
    const uint16_t n = build_ask(b);

    assert_int_equal(n, 0);
    b->def.intake = n;
    b->steps[n].origin = PL_ORIGIN_INTAKE;
    build_limit(b, n, limit);
    struct pl_rung *rung = build_rung(b, n, limit, PL_CARD_NONE);

    rung->decides = PL_DECISION_APPROVE;
    rung->law = PL_TEXT("Administrative Licensing Law art. 32");
    build_rule(b, n,
               (struct pl_decision_rule){.decision = BUILD_OTHER,
                                         .effect = PL_DECISION_BACK,
                                         .back_to = n,
                                         .waits_for_applicant = true,
                                         .at_most = 1,
                                         .once = true,
                                         .then = PL_RESULT_REJECTED,
                                         .clock = PL_CLOCK_RESTARTS});
    return n;
}

struct pl_decision_rule *build_rule(struct build *b, uint16_t step, struct pl_decision_rule rule)
{
    struct pl_step_def *s = &b->steps[step];

    assert_true(s->rule_count < BUILD_RULES);
    s->rules[s->rule_count] = rule;
    return &s->rules[s->rule_count++];
}

struct pl_decision_rule *build_return(struct build *b, uint16_t step, uint16_t at_most,
                                      enum pl_clock_rule clock)
{
    return build_rule(b, step,
                      (struct pl_decision_rule){.decision = BUILD_RETURN,
                                                .effect = PL_DECISION_BACK,
                                                .back_to = step,
                                                .waits_for_applicant = true,
                                                .at_most = at_most,
                                                .then = PL_RESULT_REJECTED,
                                                .clock = clock,
                                                .reason_required = true});
}

struct pl_decision_rule *build_back(struct build *b, uint16_t step, uint16_t to, uint16_t at_most)
{
    return build_rule(b, step,
                      (struct pl_decision_rule){.decision = BUILD_AGAIN,
                                                .effect = PL_DECISION_BACK,
                                                .back_to = to,
                                                .at_most = at_most,
                                                .then = PL_RESULT_REJECTED,
                                                .clock = PL_CLOCK_RESTARTS});
}

uint16_t build_member(struct build *b, uint16_t step, enum pl_member_role role)
{
    struct pl_step_def *s = &b->steps[step];
    const uint16_t item = s->member_count++;

    assert_true(item < BUILD_MEMBERS);
    s->members[item].role = role;
    s->members[item].silent_decision = PL_NO_DECISION;
    s->members[item].rungs = b->member_rungs[step][item];
    return item;
}

void build_member_limit(struct build *b, uint16_t step, uint16_t item, struct pl_span limit,
                        uint16_t silent_decision)
{
    struct pl_member *member = &b->steps[step].members[item];

    member->has_limit = true;
    member->limit = limit;
    member->silent_decision = silent_decision;
}

void build_member_when(struct build *b, uint16_t step, uint16_t item, const char *expression)
{
    b->steps[step].members[item].when = compile(b, step, expression);
}

void build_member_rung(struct build *b, uint16_t step, uint16_t item, struct pl_span at,
                       enum pl_card card)
{
    struct pl_member *member = &b->steps[step].members[item];

    assert_true(member->rung_count < BUILD_RUNGS);
    member->rungs[member->rung_count++] =
        (struct pl_rung){.at = at, .card = card, .decides = PL_NO_DECISION};
}

uint16_t build_result(struct build *b)
{
    const uint16_t n = b->def.result_count++;

    assert_true(n < BUILD_RESULTS);
    b->results[n].id = PL_TEXT("extra");
    b->results[n].after = b->result_arcs[n];
    b->finish[b->def.finish_count++] = n;
    return n;
}

void build_result_after(struct build *b, uint16_t result, uint16_t step, uint16_t decision)
{
    struct pl_result *r = &b->results[result];

    r->after[r->after_count++] = (struct pl_arc){step, decision};
}

void build_day_off(struct build *b, struct pl_date date)
{
    const uint32_t n = (uint32_t)(pl_day_of_date(date) - b->def.calendar.first_day);

    b->def.calendar.working[n / 8] = (uint8_t)(b->def.calendar.working[n / 8] & ~(1u << n % 8));
}

static bool add_ancestor(struct pl_step_def *step, const struct pl_step_def *steps, uint16_t before)
{
    bool changed = false;

    for (unsigned w = 0; w < PL_STEPS_MAX / 64; w++) {
        const uint64_t own = before / 64 == w ? UINT64_C(1) << before % 64 : 0;
        const uint64_t all = step->ancestors[w] | steps[before].ancestors[w] | own;

        changed |= all != step->ancestors[w];
        step->ancestors[w] = all;
    }
    return changed;
}

static bool add_ancestors(struct build *b, struct pl_step_def *step)
{
    bool changed = false;

    for (uint16_t i = 0; i < step->after_count; i++) {
        changed |= add_ancestor(step, b->steps, step->after[i].step);
    }
    for (uint16_t i = 0; i < step->decide_after_count; i++) {
        changed |= add_ancestor(step, b->steps, step->decide_after[i]);
    }
    for (uint16_t i = 0; i < step->blocked_by_count; i++) {
        changed |= add_ancestor(step, b->steps, step->blocked_by[i]);
    }
    return changed;
}

const struct pl_definition *build_done(struct build *b)
{
    bool changed = true;

    pl_calendar_seal(&b->def.calendar);
    pl_definition_seal(&b->def);
    while (changed) {
        changed = false;
        for (uint16_t i = 0; i < b->def.step_count; i++) {
            changed |= add_ancestors(b, &b->steps[i]);
        }
    }
    b->def.task_count = 0;
    for (uint16_t i = 0; i < b->def.step_count; i++) {
        b->steps[i].first_task = b->def.task_count;
        b->steps[i].task_count =
            (uint16_t)((b->reserved[i] != 0 ? b->reserved[i] : b->steps[i].member_count) +
                       (b->steps[i].undo != NULL));
        b->def.task_count = (uint16_t)(b->def.task_count + b->steps[i].task_count);
    }
    assert_true(b->def.task_count <= BUILD_TASKS);
    return &b->def;
}
