#include "definition/answers.h"

#include <stdlib.h>
#include <string.h>

#include "definition/answers_inside.h"
#include "definition/fix.h"
#include "value/json.h"

#define TREE_SIZE_MIN 4096

/* ---- one answer ---- */

struct spec {
    struct pl_answer *answer;
    const struct pl_answers_step *at; /* NULL: the default */
    uint16_t item;
    unsigned kinds; /* how many of the keys that exclude each other */
    bool reason_required;
};

/* Whether somebody answers the step; otherwise says who does. */
static bool may_answer(struct pl_answers_reading *r, const struct pl_yaml *node,
                       const struct pl_answers_step *at)
{
    const struct pl_step_def *step = &at->def->steps[at->step];
    const struct pl_diag_place place = pl_load_at_key(&r->load, node);
    struct pl_diag *diag = NULL;
    const int len = (int)step->id.len;

    switch (step->kind) {
    case PL_KIND_WAIT_FOR:
        if (step->wait_for != PL_WAIT_SIGNAL) {
            (void)pl_diag_add(r->load.diags, place, PL_DIAG_NOT_FOR_KIND,
                              "step `%.*s` waits for its time: nobody answers it", len,
                              step->id.at);
            return false;
        }
        return true;
    case PL_KIND_TELL:
        (void)pl_diag_add(r->load.diags, place, PL_DIAG_NOT_FOR_KIND,
                          "step `%.*s` only tells: nobody answers it", len, step->id.at);
        return false;
    case PL_KIND_DECIDE:
        (void)pl_diag_add(r->load.diags, place, PL_DIAG_NOT_FOR_KIND,
                          "step `%.*s` is answered by its table", len, step->id.at);
        return false;
    case PL_KIND_RUN:
        diag = pl_diag_add(r->load.diags, place, PL_DIAG_NOT_FOR_KIND,
                           "step `%.*s` is answered by the case that it starts", len, step->id.at);
        pl_diag_hint(diag, "Name a step of that case: `%.*s/its_step`.", len, step->id.at);
        return false;
    case PL_KIND_ASK:
    case PL_STEP_KINDS:
        break;
    }
    return true;
}

static void read_word(struct pl_answers_reading *r, struct spec *spec, const struct pl_yaml *node)
{
    static const char *const words[] = {"approve", "silence"};
    unsigned word = 0;

    spec->kinds++;
    if (pl_text_is(node->text, "silence")) {
        spec->answer->kind = PL_ANSWER_SILENCE;
        return;
    }
    spec->answer->kind = PL_ANSWER_DECISION;
    if (spec->at == NULL) {
        (void)pl_load_word(&r->load, node, words, 2, &word);
    } else if (pl_load_text(&r->load, node, &spec->answer->word)) {
        (void)pl_answers_decision(r, node, spec->at, spec->item, &spec->reason_required);
    }
}

static void set_decision(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    read_word(pl_answers_of(l), object, node);
}

static void set_fail(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct spec *spec = object;

    spec->kinds++;
    spec->answer->kind = PL_ANSWER_FAIL;
    (void)pl_load_text(l, node, &spec->answer->word);
}

static void set_fail_for_good(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct spec *spec = object;

    (void)pl_load_bool(l, node, &spec->answer->failed_for_good);
}

static void set_throw(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct spec *spec = object;

    spec->kinds++;
    spec->answer->kind = PL_ANSWER_THROW;
    (void)pl_load_text(l, node, &spec->answer->word);
}

static void set_hand_over(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct spec *spec = object;

    spec->kinds++;
    spec->answer->kind = PL_ANSWER_HAND_OVER;
    (void)pl_load_text(l, node, &spec->answer->word);
}

static void set_after(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct spec *spec = object;

    pl_answers_after(pl_answers_of(l), node, &spec->answer->after);
}

static void set_reason(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct spec *spec = object;

    (void)pl_load_text(l, node, &spec->answer->reason);
}

static void set_officer(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct spec *spec = object;

    (void)pl_load_text(l, node, &spec->answer->officer);
}

static void set_value(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct spec *spec = object;

    pl_answers_value(pl_answers_of(l), node, &spec->answer->value);
}

/* Read by who reads the whole entry. */
static void set_members(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)l;
    (void)object;
    (void)node;
}

/* What the server asks of an answer: members give opinions and decisions without documents, and who
 * does not go on owes none. */
static void check_value(struct pl_answers_reading *r, const struct spec *spec,
                        const struct pl_yaml *node)
{
    const struct pl_step_def *step = &spec->at->def->steps[spec->at->step];
    const struct pl_yaml *value = node->kind == PL_YAML_MAP ? pl_yaml_get(node, "answer") : NULL;
    const uint16_t decision = pl_definition_decision(spec->at->def, spec->answer->word);
    const struct pl_decision_rule *rule =
        decision == PL_NO_DECISION ? NULL : pl_step_rule(step, decision);
    const bool goes_on = rule == NULL || rule->effect == PL_DECISION_GOES_ON;

    if (spec->item != PL_NO_ITEM && step->set.kind == PL_SET_NONE && spec->item > 0) {
        return;
    }
    if (spec->answer->kind == PL_ANSWER_DECISION && (value != NULL || goes_on)) {
        pl_answers_fit(r, step->answer, spec->answer->value, value != NULL ? value : node);
    }
}

/* Who is competent instead: a choice of the step. */
static void check_hand_over(struct pl_answers_reading *r, const struct spec *spec,
                            const struct pl_yaml *node)
{
    const struct pl_yaml *to = node->kind == PL_YAML_MAP ? pl_yaml_get(node, "hand_over") : NULL;

    if (to != NULL && to->kind == PL_YAML_SCALAR) {
        pl_answers_choice(r, to, spec->at);
    }
}

static void check_spec(struct pl_answers_reading *r, const struct spec *spec,
                       const struct pl_yaml *node)
{
    if (spec->at != NULL) {
        check_value(r, spec, node);
        check_hand_over(r, spec, node);
    }
    if (spec->kinds > 1) {
        (void)pl_diag_add(r->load.diags, pl_load_at(&r->load, node), PL_DIAG_KIND,
                          "an answer is a decision, or it fails, throws or hands over: only one");
    }
    if (spec->reason_required && spec->answer->reason.len == 0) {
        struct pl_diag *diag = pl_diag_add(r->load.diags, pl_load_at(&r->load, node),
                                           PL_DIAG_NO_REASON, "`%.*s` wants a reason",
                                           (int)spec->answer->word.len, spec->answer->word.at);
        pl_diag_hint(diag, "Write `{decision: %.*s, reason: ...}`.", (int)spec->answer->word.len,
                     spec->answer->word.at);
    }
}

static void read_answer(struct pl_answers_reading *r, const struct pl_yaml *node,
                        const struct pl_answers_step *at, uint16_t item, struct pl_answer *answer)
{
    static const struct pl_key keys[] = {
        {"decision", false, set_decision},      {"fail", false, set_fail},
        {"for_good", false, set_fail_for_good}, {"throw", false, set_throw},
        {"hand_over", false, set_hand_over},    {"after", false, set_after},
        {"reason", false, set_reason},          {"answer", false, set_value},
        {"officer", false, set_officer},        {"members", false, set_members},
    };
    struct spec spec = {.answer = answer, .at = at, .item = item};

    if (node->kind == PL_YAML_SCALAR) {
        read_word(r, &spec, node);
    } else {
        pl_load_map(&r->load, node, PL_KEYS("an answer", keys), &spec);
    }
    check_spec(r, &spec, node);
}

void pl_answers_list(struct pl_answers_reading *r, const struct pl_yaml *node,
                     const struct pl_answers_step *at, uint16_t item, struct pl_answer_list *out)
{
    const bool many = node->kind == PL_YAML_LIST;
    const uint32_t count = many ? node->count : 1;
    uint32_t n = 0;

    if (count == 0) {
        (void)pl_diag_add(r->load.diags, pl_load_at(&r->load, node), PL_DIAG_EMPTY,
                          "there is no answer in the list");
        return;
    }
    out->at = pl_load_alloc(&r->load, count * sizeof(*out->at));
    if (out->at == NULL) {
        return;
    }
    out->count = count;
    for (const struct pl_yaml *one = many ? node->first : node; one != NULL && n < count;
         one = one->next) {
        read_answer(r, one, at, item, &out->at[n++]);
    }
}

/* ---- entries ---- */

static void read_members(struct pl_answers_reading *r, const struct pl_yaml *node,
                         const struct pl_answers_step *at, struct pl_answer_entry *entry)
{
    if (!pl_load_is_map(&r->load, node, "`members`")) {
        return;
    }
    entry->members = pl_load_alloc(&r->load, node->count * sizeof(*entry->members));
    for (const struct pl_yaml *one = node->first; one != NULL && entry->members != NULL;
         one = one->next) {
        struct pl_answer_member *member = &entry->members[entry->member_count++];
        const uint16_t item = pl_answers_item(r, pl_load_at_key(&r->load, one), one->key, at);
        member->who = pl_load_keep(&r->load, one->key);
        if (item != PL_NO_ITEM) {
            pl_answers_list(r, one, at, item, &member->list);
        }
    }
}

static void read_entry(struct pl_answers_reading *r, const struct pl_yaml *node, bool undo,
                       struct pl_answer_entry *entry)
{
    struct pl_answers_step at;

    if (!pl_answers_find_step(r, pl_load_at_key(&r->load, node), node->key, &at)) {
        return;
    }
    const struct pl_step_def *step = &at.def->steps[at.step];
    if (at.path.len > 0) {
        entry->path = pl_load_keep(&r->load, at.path);
    }
    entry->step = pl_load_keep(&r->load, at.id);
    entry->undo = undo;
    if (undo && step->undo == NULL) {
        (void)pl_diag_add(r->load.diags, pl_load_at_key(&r->load, node), PL_DIAG_NOT_FOR_KIND,
                          "step `%.*s` has no `undo`", (int)step->id.len, step->id.at);
        return;
    }
    if (!undo && !may_answer(r, node, &at)) {
        return;
    }
    const struct pl_yaml *members = node->kind == PL_YAML_MAP ? pl_yaml_get(node, "members") : NULL;
    if (members != NULL) {
        read_members(r, members, &at, entry);
    }
    if (members == NULL || node->count > 1) {
        const uint16_t item = undo ? (uint16_t)(step->task_count - 1) : PL_NO_ITEM;
        pl_answers_list(r, node, undo ? NULL : &at, item, &entry->list);
    }
}

static void read_entries(struct pl_answers_reading *r, const struct pl_yaml *node, bool undo)
{
    struct pl_answers *out = r->out;

    if (node == NULL || !pl_load_is_map(&r->load, node, undo ? "`undo`" : "`answers`")) {
        return;
    }
    for (const struct pl_yaml *one = node->first; one != NULL; one = one->next) {
        read_entry(r, one, undo, &out->entries[out->entry_count++]);
    }
}

/* ---- the form ---- */

static void read_form_file(struct pl_answers_reading *r, const struct pl_yaml *node)
{
    struct placet_error err = {0};
    struct pl_writer out;

    if (r->form_text == NULL) {
        pl_load_missing_file(&r->load, node, node->text.at);
        return;
    }
    const size_t size = (size_t)r->form_text->len + 64;
    void *memory = pl_load_alloc(&r->load, size);
    pl_writer_init(&out, memory, memory != NULL ? size : 0);
    if (pl_json_read(*r->form_text, &out, &err) == PLACET_OK) {
        r->out->form = pl_writer_bytes(&out);
        return;
    }
    struct pl_diag *diag =
        pl_diag_add(r->load.diags, pl_load_at(&r->load, node), PL_DIAG_FORM, "`%.*s`, line %u: %s",
                    (int)node->text.len, node->text.at, err.line, err.message);
    if (err.hint[0] != '\0') {
        pl_diag_hint(diag, "%s", err.hint);
    }
}

static void read_form(struct pl_answers_reading *r, const struct pl_yaml *root)
{
    static const uint8_t no_fields[] = {0x80};
    const struct pl_yaml *node = pl_yaml_get(root, "form");

    if (node == NULL) {
        r->out->form = (struct pl_bytes){no_fields, sizeof(no_fields)};
    } else if (node->kind == PL_YAML_SCALAR) {
        read_form_file(r, node);
    } else {
        pl_answers_value(r, node, &r->out->form);
    }
    if (r->out->form.size > 0) {
        pl_answers_fit(r, r->company->defs[0]->form, r->out->form, node != NULL ? node : root);
    }
}

/* ---- the file ---- */

static void ignore(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)l;
    (void)object;
    (void)node;
}

static void set_start(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_answers *out = object;
    int64_t start_ms = 0;

    if (!pl_answers_time(pl_answers_of(l), node, &start_ms)) {
        return;
    }
    /* Of a day that was read, the year is the first four digits. */
    if (memcmp(node->text.at, "1900", 4) < 0 || memcmp(node->text.at, "9999", 4) >= 0) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_DAY,
                                           "a case cannot start so far away");
        pl_diag_hint(diag, "Write a day of the years 1900 to 9998.");
        return;
    }
    out->start_ms = start_ms;
}

static void set_until(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_answers *out = object;

    if (pl_answers_time(pl_answers_of(l), node, &out->until_ms) && out->start_ms != 0 &&
        out->until_ms < out->start_ms) {
        (void)pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_DAY,
                          "`until` comes before `start`");
    }
}

static void set_key(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_answers *out = object;
    (void)pl_load_text(l, node, &out->key);
}

static void set_by(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_answers *out = object;
    (void)pl_load_text(l, node, &out->by);
}

static void set_otherwise(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_answers *out = object;
    read_answer(pl_answers_of(l), node, NULL, PL_NO_ITEM, &out->otherwise);
}

static void set_supplement(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_answers *out = object;
    pl_answers_list(pl_answers_of(l), node, NULL, PL_NO_ITEM, &out->supplements);
}

static uint32_t count_of(const struct pl_yaml *node)
{
    return node == NULL ? 0 : node->count;
}

static void read_file(struct pl_answers_reading *r, const struct pl_yaml *root)
{
    static const struct pl_key keys[] = {
        {"start", true, set_start},
        {"until", false, set_until},
        {"form", false, ignore},
        {"key", false, set_key},
        {"by", false, set_by},
        {"default", false, set_otherwise},
        {"supplement", false, set_supplement},
        {"answers", false, ignore},
        {"undo", false, ignore},
        {"signals", false, ignore},
        {"acts", false, ignore},
    };
    struct pl_answers *out = r->out;

    out->key = PL_TEXT("A-1");
    out->by = PL_TEXT("applicant");
    pl_load_map(&r->load, root, PL_KEYS("an answers file", keys), out);
    if (root->kind != PL_YAML_MAP) {
        return;
    }
    const struct pl_yaml *answers = pl_yaml_get(root, "answers");
    const struct pl_yaml *undo = pl_yaml_get(root, "undo");
    read_form(r, root);
    out->entries =
        pl_load_alloc(&r->load, (count_of(answers) + count_of(undo) + 1) * sizeof(*out->entries));
    if (out->entries != NULL) {
        read_entries(r, answers, false);
        read_entries(r, undo, true);
    }
    pl_answers_incoming(r, pl_yaml_get(root, "signals"), pl_yaml_get(root, "acts"));
}

static const struct pl_yaml *parse(struct pl_load *l, struct pl_text yaml)
{
    struct placet_error err = {0};
    struct pl_yaml *root = NULL;
    const int rc = pl_yaml_parse(yaml, "", l->trees, &root, &err);

    if (rc == PLACET_OK) {
        return root;
    }
    struct pl_diag *diag =
        pl_diag_add(l->diags, (struct pl_diag_place){0, {err.line, err.column, 1}},
                    rc == PLACET_ELIMIT ? PL_DIAG_TOO_LARGE : PL_DIAG_YAML, "%s", err.message);
    if (err.hint[0] != '\0') {
        pl_diag_hint(diag, "%s", err.hint);
    }
    if (rc == PLACET_EINVALID) {
        pl_fix_yaml(diag, yaml);
    }
    return NULL;
}

/* A node takes up to 64 bytes for each byte of its text. */
static size_t tree_size(struct pl_text yaml)
{
    return TREE_SIZE_MIN + (size_t)yaml.len * 64;
}

int pl_answers_read(struct pl_text yaml, const struct pl_text *form_text,
                    const struct pl_company *company, struct pl_arena *arena,
                    struct pl_diags *diags, struct pl_answers *answers_out)
{
    const struct pl_bundle bundle = {.count = 1, .files = {{PL_TEXT("answers"), yaml}}};
    struct pl_answers_reading *r = calloc(1, sizeof(*r));
    struct pl_answers answers = {0};
    struct pl_arena trees;
    void *memory = malloc(tree_size(yaml));

    if (r == NULL || memory == NULL) {
        free(r);
        free(memory);
        return PLACET_ENOMEM;
    }
    diags->count = 0;
    diags->left_out = 0;
    pl_arena_init(&trees, memory, tree_size(yaml));
    r->load = (struct pl_load){.bundle = &bundle, .diags = diags, .trees = &trees, .arena = arena};
    r->company = company;
    r->form_text = form_text;
    r->out = &answers;
    const struct pl_yaml *root = parse(&r->load, yaml);
    if (root != NULL) {
        read_file(r, root);
    }
    const bool full = r->load.full;
    pl_diags_sort(diags);
    free(r);
    free(memory);
    if (diags->count > 0) {
        return PLACET_EINVALID;
    }
    if (full) {
        return PLACET_ELIMIT;
    }
    *answers_out = answers;
    return PLACET_OK;
}

bool pl_answers_form_name(struct pl_text yaml, char *out, size_t size)
{
    struct pl_arena trees;
    struct pl_yaml *root = NULL;
    struct pl_builder b;
    void *memory = malloc(tree_size(yaml));
    bool named = false;

    if (memory == NULL) {
        return false;
    }
    pl_arena_init(&trees, memory, tree_size(yaml));
    if (pl_yaml_parse(yaml, "", &trees, &root, NULL) == PLACET_OK && root->kind == PL_YAML_MAP) {
        const struct pl_yaml *form = pl_yaml_get(root, "form");
        named = form != NULL && form->kind == PL_YAML_SCALAR && form->text.len > 0;
        if (named) {
            pl_builder_init(&b, out, size);
            pl_builder_add(&b, form->text);
            named = !b.full;
        }
    }
    free(memory);
    return named;
}
