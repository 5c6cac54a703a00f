/* What an answers file names: steps, cases, tasks, decisions, times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "definition/answers_inside.h"
#include "value/schema.h"

#define OPENS_MS       (9 * PL_HOUR_MS) /* a day alone means the hour at which offices open */
#define MISTAKES_MAX   16               /* of one document */
#define VALUE_SIZE_MAX (1u << 20)       /* what a message may carry */

const struct pl_definition *pl_company_find(const struct pl_company *company, struct pl_text name)
{
    for (uint32_t i = 0; i < company->count; i++) {
        if (pl_text_equal(company->defs[i]->workflow, name)) {
            return company->defs[i];
        }
    }
    return NULL;
}

/* ---- steps ---- */

static void suggest_step(struct pl_answers_reading *r, struct pl_diag_place place,
                         const struct pl_definition *def, struct pl_text name)
{
    struct pl_names *names = calloc(1, sizeof(*names));
    struct pl_diag *diag =
        pl_diag_add(r->load.diags, place, PL_DIAG_NO_STEP, "there is no step `%.*s` in `%.*s`",
                    (int)name.len, name.at, (int)def->workflow.len, def->workflow.at);

    for (uint16_t i = 0; i < def->step_count && names != NULL; i++) {
        pl_names_add(names, def->steps[i].id, def->steps[i].title.zh, def->steps[i].title.en);
    }
    if (names != NULL) {
        /* The builder keeps the word NUL-terminated, as the search wants it. */
        char word[PL_ID_MAX * 2];
        struct pl_builder b;
        pl_builder_init(&b, word, sizeof(word));
        pl_builder_add(&b, name);
        pl_names_suggest(names, (struct pl_text){word, (uint32_t)b.len},
                         "Steps are named by their ids, the keys below `steps`.", diag);
    }
    free(names);
}

/* `lots.2` is the second case of the step `lots`. */
static struct pl_text without_number(struct pl_text segment)
{
    const char *dot = memchr(segment.at, '.', segment.len);

    return dot == NULL ? segment : (struct pl_text){segment.at, (uint32_t)(dot - segment.at)};
}

const struct pl_definition *pl_answers_find_case(struct pl_answers_reading *r,
                                                 struct pl_diag_place place, struct pl_text path)
{
    const struct pl_definition *def = r->company->defs[0];

    while (path.len > 0) {
        const char *slash = memchr(path.at, '/', path.len);
        const uint32_t len = slash == NULL ? path.len : (uint32_t)(slash - path.at);
        const struct pl_text id = without_number((struct pl_text){path.at, len});
        const uint16_t step = pl_definition_step(def, id);
        if (step == PL_NO_STEP) {
            suggest_step(r, place, def, id);
            return NULL;
        }
        const struct pl_step_def *step_def = &def->steps[step];
        const struct pl_definition *child =
            step_def->run == NULL ? NULL : pl_company_find(r->company, step_def->run->workflow);
        if (child == NULL) {
            (void)pl_diag_add(r->load.diags, place, PL_DIAG_NOT_FOR_KIND,
                              "step `%.*s` starts no other case", (int)id.len, id.at);
            return NULL;
        }
        def = child;
        path =
            slash == NULL ? (struct pl_text){0} : (struct pl_text){slash + 1, path.len - len - 1};
    }
    return def;
}

static bool find_in_children(const struct pl_company *company, struct pl_text id,
                             struct pl_answers_step *out)
{
    for (uint32_t i = 0; i < company->count; i++) {
        const uint16_t step = pl_definition_step(company->defs[i], id);
        if (step != PL_NO_STEP) {
            *out = (struct pl_answers_step){company->defs[i], step, {0}, id};
            return true;
        }
    }
    return false;
}

bool pl_answers_find_step(struct pl_answers_reading *r, struct pl_diag_place place,
                          struct pl_text name, struct pl_answers_step *out)
{
    const char *slash = memrchr(name.at, '/', name.len);

    if (slash == NULL) {
        if (!find_in_children(r->company, name, out)) {
            suggest_step(r, place, r->company->defs[0], name);
            return false;
        }
        return true;
    }
    const struct pl_text path = {name.at, (uint32_t)(slash - name.at)};
    const struct pl_text id = {slash + 1, name.len - path.len - 1};
    const struct pl_definition *def = pl_answers_find_case(r, place, path);
    if (def == NULL) {
        return false;
    }
    const uint16_t step = pl_definition_step(def, id);
    if (step == PL_NO_STEP) {
        suggest_step(r, place, def, id);
        return false;
    }
    *out = (struct pl_answers_step){def, step, path, id};
    return true;
}

/* ---- tasks ---- */

static bool is_number(struct pl_text text, uint16_t number)
{
    char digits[8];

    (void)snprintf(digits, sizeof(digits), "%u", number);
    return pl_text_is(text, digits);
}

bool pl_answers_means(const struct pl_definition *def, uint16_t step, uint16_t item,
                      struct pl_text who)
{
    const struct pl_step_def *step_def = &def->steps[step];

    if (pl_step_is_undo(step_def, item)) {
        return false;
    }
    if (step_def->set.kind == PL_SET_ARCS && item < step_def->after_count &&
        pl_text_equal(def->steps[step_def->after[item].step].id, who)) {
        return true;
    }
    if (step_def->set.kind == PL_SET_ITEMS || step_def->set.kind == PL_SET_ARCS) {
        return is_number(who, (uint16_t)(item + 1));
    }
    const struct pl_member *member = pl_step_member(step_def, item);
    if (member->role == PL_ROLE_SIGNER) {
        return pl_text_equal(member->signer, who);
    }
    return member->service != PL_NO_SERVICE &&
           pl_text_equal(def->services[member->service].name, who);
}

uint16_t pl_answers_item(struct pl_answers_reading *r, struct pl_diag_place place,
                         struct pl_text name, const struct pl_answers_step *at)
{
    const struct pl_step_def *step = &at->def->steps[at->step];
    struct pl_names *names = NULL;

    for (uint16_t i = 0; i < step->task_count; i++) {
        if (pl_answers_means(at->def, at->step, i, name)) {
            return i;
        }
    }
    struct pl_diag *diag =
        pl_diag_add(r->load.diags, place, PL_DIAG_NO_SERVICE, "step `%.*s` has no task of `%.*s`",
                    (int)step->id.len, step->id.at, (int)name.len, name.at);
    if (step->set.kind == PL_SET_ITEMS || step->set.kind == PL_SET_ARCS) {
        pl_diag_hint(diag, "Items are named by number, from 1.");
        return PL_NO_ITEM;
    }
    names = calloc(1, sizeof(*names));
    for (uint16_t i = 0; i < step->member_count && names != NULL; i++) {
        const struct pl_member *m = &step->members[i];
        const bool signs = m->role == PL_ROLE_SIGNER;
        if (signs || m->service != PL_NO_SERVICE) {
            pl_names_add(names, signs ? m->signer : at->def->services[m->service].name, m->title.zh,
                         m->title.en);
        }
    }
    if (names != NULL) {
        pl_names_suggest(names, name, "Members are named by their services.", diag);
    }
    free(names);
    return PL_NO_ITEM;
}

/* ---- decisions ---- */

static bool is_opinion(const struct pl_answers_step *at, uint16_t item)
{
    const struct pl_step_def *step = &at->def->steps[at->step];

    return item != PL_NO_ITEM && pl_step_member(step, item)->role == PL_ROLE_OPINION;
}

static void add_decision(struct pl_names *names, const struct pl_definition *def, uint16_t decision)
{
    const struct pl_decision_name *name = &def->decisions[decision];
    pl_names_add(names, name->id, name->title.zh, name->title.en);
}

bool pl_answers_decision(struct pl_answers_reading *r, const struct pl_yaml *node,
                         const struct pl_answers_step *at, uint16_t item, bool *reason_required_out)
{
    const struct pl_step_def *step = &at->def->steps[at->step];
    const uint16_t decision = pl_definition_decision(at->def, node->text);
    const struct pl_decision_rule *rule =
        decision == PL_NO_DECISION ? NULL : pl_step_rule(step, decision);

    if (is_opinion(at, item)) {
        if (decision == PL_DECISION_NO_OBJECTION || decision == PL_DECISION_OBJECTION) {
            *reason_required_out = decision == PL_DECISION_OBJECTION;
            return true;
        }
    } else if (rule != NULL) {
        *reason_required_out = rule->reason_required;
        return true;
    }
    struct pl_names *names = calloc(1, sizeof(*names));
    struct pl_diag *diag =
        pl_diag_add(r->load.diags, pl_load_at(&r->load, node),
                    decision == PL_NO_DECISION ? PL_DIAG_NO_DECISION : PL_DIAG_NOT_DECIDED_THERE,
                    "step `%.*s` cannot decide `%.*s`", (int)step->id.len, step->id.at,
                    (int)node->text.len, node->text.at);
    if (names != NULL && is_opinion(at, item)) {
        add_decision(names, at->def, PL_DECISION_NO_OBJECTION);
        add_decision(names, at->def, PL_DECISION_OBJECTION);
    } else if (names != NULL) {
        pl_names_add(names, PL_TEXT("silence"), (struct pl_text){0}, (struct pl_text){0});
        for (uint16_t i = 0; i < step->rule_count; i++) {
            add_decision(names, at->def, step->rules[i].decision);
        }
    }
    if (names != NULL) {
        pl_names_suggest(names, node->text, "The step lists its decisions.", diag);
    }
    free(names);
    return false;
}

void pl_answers_choice(struct pl_answers_reading *r, const struct pl_yaml *node,
                       const struct pl_answers_step *at)
{
    const struct pl_step_def *step = &at->def->steps[at->step];
    struct pl_names *names = calloc(1, sizeof(*names));

    for (uint16_t i = 0; i < step->choice_count; i++) {
        const struct pl_service *service = &at->def->services[step->choices[i].service];
        if (pl_text_equal(service->name, node->text)) {
            free(names);
            return;
        }
        if (names != NULL) {
            pl_names_add(names, service->name, service->title.zh, service->title.en);
        }
    }
    struct pl_diag *diag =
        pl_diag_add(r->load.diags, pl_load_at(&r->load, node), PL_DIAG_NO_SERVICE,
                    "step `%.*s` cannot be handed over to `%.*s`", (int)step->id.len, step->id.at,
                    (int)node->text.len, node->text.at);
    if (names != NULL && names->count > 0) {
        pl_names_suggest(names, node->text, "Its choices stand under `ask`.", diag);
    } else {
        pl_diag_hint(diag, "Only a step that lists choices under `ask` can be handed over.");
    }
    free(names);
}

/* ---- times and values ---- */

static bool parse_clock(struct pl_text text, int64_t *ms_out)
{
    unsigned digits[4];

    if (text.len != 5 || text.at[2] != ':') {
        return false;
    }
    for (unsigned i = 0; i < 4; i++) {
        const char c = text.at[i < 2 ? i : i + 1];
        if (c < '0' || c > '9') {
            return false;
        }
        digits[i] = (unsigned)(c - '0');
    }
    const unsigned hours = digits[0] * 10 + digits[1];
    const unsigned minutes = digits[2] * 10 + digits[3];
    *ms_out = hours * PL_HOUR_MS + minutes * PL_HOUR_MS / 60;
    return hours < 24 && minutes < 60;
}

static bool parse_time(const struct pl_answers_reading *r, struct pl_text text, int64_t *at_ms_out)
{
    const int32_t zone_minutes = r->company->defs[0]->calendar.zone_minutes;
    const struct pl_text day = {text.at, text.len > 10 ? 10 : text.len};
    int64_t ms_of_day = OPENS_MS;
    struct pl_date date;

    if (!pl_date_parse(day, &date)) {
        return false;
    }
    if (text.len > 10 &&
        ((text.at[10] != 'T' && text.at[10] != ' ') ||
         !parse_clock((struct pl_text){text.at + 11, text.len - 11}, &ms_of_day))) {
        return false;
    }
    *at_ms_out = pl_ms_of_day(pl_day_of_date(date), zone_minutes) + ms_of_day;
    return true;
}

static void refuse_time(struct pl_answers_reading *r, const struct pl_yaml *node)
{
    struct pl_diag *diag = pl_diag_add(r->load.diags, pl_load_at(&r->load, node), PL_DIAG_BAD_DAY,
                                       "`%.*s` is no time", (int)node->text.len, node->text.at);
    pl_diag_hint(diag, "Write a day such as 2025-03-03, or with its time 2025-03-03T09:00.");
}

bool pl_answers_time(struct pl_answers_reading *r, const struct pl_yaml *node, int64_t *at_ms_out)
{
    struct pl_text text = {0};

    if (!pl_load_text(&r->load, node, &text)) {
        return false;
    }
    if (!parse_time(r, text, at_ms_out)) {
        refuse_time(r, node);
        return false;
    }
    return true;
}

void pl_answers_moment(struct pl_answers_reading *r, const struct pl_yaml *node,
                       struct pl_moment *out)
{
    struct pl_text text = {0};

    if (!pl_load_text(&r->load, node, &text) || parse_time(r, text, &out->at_ms)) {
        return;
    }
    out->after.given = pl_span_parse(text, &out->after.span).message == NULL;
    if (!out->after.given) {
        refuse_time(r, node);
    }
}

void pl_answers_after(struct pl_answers_reading *r, const struct pl_yaml *node,
                      struct pl_after *out)
{
    out->given = pl_load_span(&r->load, node, &out->span);
}

void pl_answers_value(struct pl_answers_reading *r, const struct pl_yaml *node,
                      struct pl_bytes *out)
{
    const size_t left = r->load.arena->size - r->load.arena->used;
    const size_t room = left / 2 < VALUE_SIZE_MAX ? left / 2 : VALUE_SIZE_MAX;
    void *memory = pl_arena_reserve(r->load.arena, room);
    struct pl_writer writer;

    pl_writer_init(&writer, memory, memory != NULL ? room : 0);
    if (pl_yaml_write(node, &writer) == PLACET_OK && pl_writer_ok(&writer)) {
        pl_arena_keep(r->load.arena, writer.used);
        *out = pl_writer_bytes(&writer);
        return;
    }
    (void)pl_diag_add(r->load.diags, pl_load_at(&r->load, node), PL_DIAG_TOO_LARGE,
                      "the value is larger than a message may be, or has a number beyond 2^53");
}

/* ---- schemas ---- */

/* Whether an entry is the one that a segment of a JSON Pointer names: by key, or by number. */
static bool is_named(const struct pl_yaml *entry, bool in_map, uint32_t index,
                     struct pl_text segment)
{
    char digits[16];

    (void)snprintf(digits, sizeof(digits), "%u", index);
    return in_map ? pl_text_equal(entry->key, segment) : pl_text_is(segment, digits);
}

/* The node that a JSON Pointer leads to, as far as it goes. */
static const struct pl_yaml *node_at(const struct pl_yaml *node, const char *pointer)
{
    while (*pointer == '/' && node->kind != PL_YAML_SCALAR) {
        const char *end = strchrnul(pointer + 1, '/');
        const struct pl_text segment = {pointer + 1, (uint32_t)(end - pointer - 1)};
        const struct pl_yaml *next = node->first;
        uint32_t index = 0;
        while (next != NULL && !is_named(next, node->kind == PL_YAML_MAP, index, segment)) {
            next = next->next;
            index++;
        }
        if (next == NULL) {
            break;
        }
        node = next;
        pointer = end;
    }
    return node;
}

void pl_answers_fit(struct pl_answers_reading *r, const struct pl_schema *schema,
                    struct pl_bytes value, const struct pl_yaml *node)
{
    static const uint8_t nothing[] = {0x80}; /* an empty map */
    struct pl_schema_mistake mistakes[MISTAKES_MAX];

    if (schema == NULL) {
        return;
    }
    if (value.size == 0) {
        value = (struct pl_bytes){nothing, sizeof(nothing)};
    }
    const uint32_t all = pl_schema_check(schema, value, mistakes, MISTAKES_MAX);
    for (uint32_t i = 0; i < all && i < MISTAKES_MAX; i++) {
        const struct pl_yaml *at = node_at(node, mistakes[i].path);
        const struct pl_diag_place place =
            at == node ? pl_load_at_key(&r->load, at) : pl_load_at(&r->load, at);
        struct pl_diag *diag = pl_diag_add(r->load.diags, place, PL_DIAG_FORM,
                                           "it does not fit its schema at `%s`: %s",
                                           mistakes[i].path, mistakes[i].message);
        (void)snprintf(diag->message_zh, sizeof(diag->message_zh),
                       pl_said_zh("it does not fit its schema at `%s`: %s"), mistakes[i].path,
                       mistakes[i].message_zh);
    }
}
