/* Signals and acts: what comes at a time, whatever the tasks do. */
#include "definition/answers_inside.h"

/* What an act is, by the key that names it. */
static const struct verb {
    const char *key;
    enum pl_incoming_kind kind;
    enum { REASON, STEP, CHANGES, YES } value;
} verbs[] = {
    {"withdraw", PL_INCOMING_WITHDRAW, REASON},
    {"cancel", PL_INCOMING_CANCEL, REASON},
    {"pause", PL_INCOMING_PAUSE, REASON},
    {"resume_case", PL_INCOMING_RESUME_CASE, YES},
    {"supplement", PL_INCOMING_SUPPLEMENT, CHANGES},
    {"stop", PL_INCOMING_STOP, STEP},
    {"resume", PL_INCOMING_RESUME, STEP},
    {"extend", PL_INCOMING_EXTEND, STEP},
    {"hand_over", PL_INCOMING_HAND_OVER, STEP},
    {"skip", PL_INCOMING_SKIP, STEP},
    {"back", PL_INCOMING_BACK, STEP},
    {"retry", PL_INCOMING_RETRY, STEP},
    {"decide", PL_INCOMING_DECIDE, STEP},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void set_when(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_incoming *in = object;
    pl_answers_moment(pl_answers_of(l), node, &in->when);
}

static void set_path(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_incoming *in = object;

    if (pl_load_text(l, node, &in->path)) {
        (void)pl_answers_find_case(pl_answers_of(l), pl_load_at(l, node), in->path);
    }
}

static void set_word(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_incoming *in = object;
    (void)pl_load_text(l, node, &in->word);
}

static void set_key(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_incoming *in = object;
    (void)pl_load_text(l, node, &in->key);
}

static void set_reason(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_incoming *in = object;
    (void)pl_load_text(l, node, &in->reason);
}

static void set_estimate(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_incoming *in = object;
    (void)pl_load_text(l, node, &in->estimate);
}

static void set_officer(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_incoming *in = object;
    (void)pl_load_text(l, node, &in->officer);
}

static void set_who(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_incoming *in = object;
    (void)pl_load_text(l, node, &in->who);
}

static void set_value(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_incoming *in = object;
    pl_answers_value(pl_answers_of(l), node, &in->value);
}

/* ---- signals ---- */

/* Whether anybody could ever wait for it: `step.add` and `step.close` speak to an open set. */
static bool is_awaited(const struct pl_company *company, struct pl_text name)
{
    for (uint32_t d = 0; d < company->count; d++) {
        const struct pl_definition *def = company->defs[d];
        for (uint16_t i = 0; i < def->step_count; i++) {
            const struct pl_step_def *step = &def->steps[i];
            char text[PL_ID_MAX + 8];
            struct pl_builder b;
            if (step->kind == PL_KIND_WAIT_FOR && pl_text_equal(step->signal, name)) {
                return true;
            }
            for (unsigned verb = 0; verb < 2 && step->set.open; verb++) {
                pl_builder_init(&b, text, sizeof(text));
                pl_builder_add(&b, step->id);
                pl_builder_addf(&b, verb == 0 ? ".add" : ".close");
                if (pl_text_is(name, text)) {
                    return true;
                }
            }
        }
    }
    return false;
}

static void suggest_signal(struct pl_answers_reading *r, const struct pl_yaml *node)
{
    static struct pl_names none;
    struct pl_names names = none;
    struct pl_diag *diag =
        pl_diag_add(r->load.diags, pl_load_at(&r->load, node), PL_DIAG_NO_STEP,
                    "no step waits for the signal `%.*s`", (int)node->text.len, node->text.at);

    for (uint32_t d = 0; d < r->company->count; d++) {
        const struct pl_definition *def = r->company->defs[d];
        for (uint16_t i = 0; i < def->step_count; i++) {
            pl_names_add(&names, def->steps[i].signal, (struct pl_text){0}, (struct pl_text){0});
        }
    }
    pl_names_suggest(&names, node->text, "Signals are named by `wait_for`.", diag);
}

static void set_signal(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_answers_reading *r = pl_answers_of(l);
    struct pl_incoming *in = object;

    in->kind = PL_INCOMING_SIGNAL;
    if (pl_load_text(l, node, &in->word) && !is_awaited(r->company, in->word)) {
        suggest_signal(r, node);
    }
}

static void read_signal(struct pl_answers_reading *r, const struct pl_yaml *node,
                        struct pl_incoming *in)
{
    static const struct pl_key keys[] = {
        {"at", true, set_when},  {"name", true, set_signal}, {"in", false, set_path},
        {"key", false, set_key}, {"data", false, set_value}, {"by", false, set_officer},
    };

    pl_load_map(&r->load, node, PL_KEYS("a signal", keys), in);
    const struct pl_yaml *data = node->kind == PL_YAML_MAP ? pl_yaml_get(node, "data") : NULL;
    for (uint32_t d = 0; d < r->company->count; d++) {
        const struct pl_definition *def = r->company->defs[d];
        for (uint16_t i = 0; i < def->step_count; i++) {
            const struct pl_step_def *step = &def->steps[i];
            if (step->kind == PL_KIND_WAIT_FOR && in->word.len > 0 &&
                pl_text_equal(step->signal, in->word)) {
                pl_answers_fit(r, step->answer, in->value, data != NULL ? data : node);
            }
        }
    }
}

/* ---- acts ---- */

static void set_nothing(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)l;
    (void)object;
    (void)node;
}

static bool read_step(struct pl_answers_reading *r, const struct pl_yaml *node,
                      struct pl_incoming *in, struct pl_answers_step *at)
{
    struct pl_text name = {0};

    if (!pl_load_text(&r->load, node, &name) ||
        !pl_answers_find_step(r, pl_load_at(&r->load, node), name, at)) {
        return false;
    }
    in->path = at->path.len > 0 ? at->path : in->path;
    in->step = at->id;
    return true;
}

/* What belongs to the verb beside its step. */
static void check_verb(struct pl_answers_reading *r, const struct pl_yaml *map,
                       const struct pl_answers_step *at, struct pl_incoming *in)
{
    static const char *const reasons[] = {
#define STOP_REASON(NAME, WORD, ZH, EN) WORD,
#include "model/stop_reasons.def"
#undef STOP_REASON
    };
    const struct pl_yaml *reason = pl_yaml_get(map, "reason");
    const struct pl_yaml *decision = pl_yaml_get(map, "decision");
    const struct pl_yaml *who = pl_yaml_get(map, "of");
    unsigned word = 0;
    bool wants_reason = false;

    if (in->kind == PL_INCOMING_STOP || in->kind == PL_INCOMING_RESUME) {
        if (reason != NULL &&
            pl_load_word(&r->load, reason, reasons, sizeof(reasons) / sizeof(reasons[0]), &word)) {
            in->word = in->reason;
            in->reason = (struct pl_text){0};
        }
    }
    uint16_t item = PL_NO_ITEM;
    if (who != NULL) {
        item = pl_answers_item(r, pl_load_at(&r->load, who), who->text, at);
    }
    const struct pl_yaml *to = pl_yaml_get(map, "to");
    if (to != NULL && to->kind == PL_YAML_SCALAR && in->kind == PL_INCOMING_HAND_OVER) {
        pl_answers_choice(r, to, at);
    }
    if (decision != NULL && in->kind == PL_INCOMING_DECIDE) {
        (void)pl_answers_decision(r, decision, at, item, &wants_reason);
    }
}

static void read_verb(struct pl_answers_reading *r, const struct pl_yaml *map,
                      const struct pl_yaml *value, const struct verb *verb, struct pl_incoming *in)
{
    struct pl_answers_step at;
    bool yes = false;

    in->kind = verb->kind;
    switch (verb->value) {
    case REASON:
        (void)pl_load_text(&r->load, value, &in->reason);
        break;
    case CHANGES:
        pl_answers_value(r, value, &in->value);
        break;
    case YES:
        if (pl_load_bool(&r->load, value, &yes) && !yes) {
            (void)pl_diag_add(r->load.diags, pl_load_at(&r->load, value), PL_DIAG_BAD_WORD,
                              "`%s` can only be `true`", verb->key);
        }
        break;
    case STEP:
        if (read_step(r, value, in, &at)) {
            check_verb(r, map, &at, in);
        }
        break;
    }
}

static void read_act(struct pl_answers_reading *r, const struct pl_yaml *node,
                     struct pl_incoming *in)
{
    static const struct pl_key others[] = {
        {"at", true, set_when},        {"in", false, set_path},
        {"reason", false, set_reason}, {"estimate", false, set_estimate},
        {"role", false, set_word},     {"to", false, set_word},
        {"of", false, set_who},        {"decision", false, set_word},
        {"answer", false, set_value},  {"officer", false, set_officer},
    };
    struct pl_key keys[sizeof(others) / sizeof(others[0]) + VERBS];
    const size_t other_count = sizeof(others) / sizeof(others[0]);
    unsigned found = 0;

    for (size_t i = 0; i < other_count; i++) {
        keys[i] = others[i];
    }
    for (size_t i = 0; i < VERBS; i++) {
        keys[other_count + i] = (struct pl_key){verbs[i].key, false, set_nothing};
    }
    const uint32_t before = pl_load_mistakes(&r->load);
    pl_load_map(&r->load, node, PL_KEYS("an act", keys), in);
    if (node->kind != PL_YAML_MAP) {
        return;
    }
    for (size_t i = 0; i < VERBS; i++) {
        const struct pl_yaml *value = pl_yaml_get(node, verbs[i].key);
        if (value != NULL && found++ == 0) {
            read_verb(r, node, value, &verbs[i], in);
        }
    }
    if (found != 1 && pl_load_mistakes(&r->load) == before) {
        struct pl_diag *diag =
            pl_diag_add(r->load.diags, pl_load_at(&r->load, node), PL_DIAG_KIND,
                        found == 0 ? "it is not said what is done" : "an act does one thing");
        pl_diag_hint(diag, "Write one of `withdraw`, `cancel`, `pause`, `resume_case`, "
                           "`supplement`, `stop`, `resume`, `extend`, `hand_over`, `skip`, `back`, "
                           "`retry`, `decide`.");
    }
}

/* ---- the lists ---- */

static bool is_list(struct pl_answers_reading *r, const struct pl_yaml *node, const char *what)
{
    if (node == NULL) {
        return false;
    }
    if (node->kind == PL_YAML_LIST) {
        return true;
    }
    struct pl_diag *diag = pl_diag_add(r->load.diags, pl_load_at(&r->load, node),
                                       PL_DIAG_WRONG_TYPE, "%s is a list", what);
    pl_diag_hint(diag, "Begin each entry with `- `.");
    return false;
}

void pl_answers_incoming(struct pl_answers_reading *r, const struct pl_yaml *signals,
                         const struct pl_yaml *acts)
{
    const bool has_signals = is_list(r, signals, "`signals`");
    const bool has_acts = is_list(r, acts, "`acts`");
    const uint32_t count = (has_signals ? signals->count : 0) + (has_acts ? acts->count : 0);
    struct pl_answers *out = r->out;

    out->incoming = pl_load_alloc(&r->load, (count + 1) * sizeof(*out->incoming));
    if (out->incoming == NULL) {
        return;
    }
    for (const struct pl_yaml *one = has_signals ? signals->first : NULL; one != NULL;
         one = one->next) {
        out->incoming[out->incoming_count].line = one->mark.line;
        read_signal(r, one, &out->incoming[out->incoming_count++]);
    }
    for (const struct pl_yaml *one = has_acts ? acts->first : NULL; one != NULL; one = one->next) {
        out->incoming[out->incoming_count].line = one->mark.line;
        read_act(r, one, &out->incoming[out->incoming_count++]);
    }
}
