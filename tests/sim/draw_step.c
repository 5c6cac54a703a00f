#include "sim/draw_step.h"

/* What the keys of a step depend on. */
struct plan {
    struct draw *d;
    struct pl_builder *out;
    unsigned step;
    unsigned number; /* of the workflow */
    bool rich;
    unsigned before; /* a step that is surely before this one; `step`: none */
    bool each;       /* one task for each arrival */
    bool *issued;    /* the first step issues the certificate */
};

static bool one_in(const struct plan *p, uint32_t n)
{
    return draw_one_in(p->d, n);
}

static unsigned below(const struct plan *p, unsigned n)
{
    return draw_below(p->d, n);
}

/* ---- what comes before ---- */

static void add_pair(const struct plan *p, const char *before, unsigned first, unsigned second,
                     const char *after)
{
    pl_builder_addf(p->out, "    after: %s[s%u, s%u]%s\n", before, first,
                    second == first ? (first + 1) % p->step : second, after);
}

static void add_after(struct plan *p)
{
    const unsigned first = below(p, p->step);
    const unsigned second = below(p, p->step);

    switch (p->step == 1 ? 7 : below(p, p->rich ? 9 : 5)) {
    case 0:
        add_pair(p, "", first, second, "");
        p->before = first;
        break;
    case 1:
        add_pair(p, "{any: ", first, second, "}");
        break;
    case 2:
        pl_builder_addf(p->out, "    after: s%u.approve\n", first);
        p->before = first;
        break;
    case 4:
        add_pair(p, "{some: ", first, second, "}");
        break;
    case 5:
        add_pair(p, "{need: 1, of: ", first, second, "}");
        break;
    case 6:
        add_pair(p, "{each: ", first, second, "}");
        p->each = true;
        break;
    default:
        pl_builder_addf(p->out, "    after: s%u\n", first);
        p->before = first;
        break;
    }
}

static void add_when(const struct plan *p)
{
    static const char *const conditions[] = {"a",
                                             "b > 3",
                                             "a && b < 7",
                                             "b == 5 || a",
                                             "has(form.c) && form.c == \"x\"",
                                             "9 / (b - 4) > 1" /* of 4: an incident */};
    const unsigned at = below(p, 9);

    if (at < 6) {
        pl_builder_addf(p->out, "    when: %s\n", conditions[at]);
    } else if (at == 6 && p->rich && p->before < p->step) {
        pl_builder_addf(p->out,
                        "    when: has(steps.s%u.decision) && steps.s%u.decision == \"approve\"\n",
                        p->before, p->before);
    }
}

/* ---- who is asked ---- */

static void add_members(const struct plan *p, unsigned lead)
{
    pl_builder_addf(p->out, "    for_each:\n");
    for (unsigned i = 0; i < DRAWN_DEPARTMENTS; i++) {
        if (i == lead || one_in(p, 2)) {
            continue;
        }
        if (one_in(p, 2)) {
            pl_builder_addf(
                p->out,
                "      d%u.t: {gives: opinion, limit: %u working days, silence: no_objection}\n", i,
                1 + below(p, 3));
        } else {
            /* One draw a statement: the order of arguments is the compiler's. */
            const unsigned days = 1 + below(p, 3);
            pl_builder_addf(p->out, "      d%u.t: {gives: decision, limit: %u working days%s}\n", i,
                            days, one_in(p, 3) ? ", when: a" : "");
        }
    }
    pl_builder_addf(p->out,
                    "      d%u.t: {gives: opinion, limit: 1 working day, silence: no_objection}\n",
                    lead);
}

static void add_items(const struct plan *p)
{
    static const char *const done[] = {"all", "any", "{need: 2}",
                                       "items.exists(i, has(i.decision))"};
    const unsigned at = below(p, 4);
    const unsigned many = below(p, 3);
    const bool open = one_in(p, 2);

    pl_builder_addf(p->out,
                    "    for_each: {item: \"has(form.d) ? form.d : [b]\", at_most: 4, done_when: "
                    "\"%s\"",
                    done[at]);
    if (at == 2) { /* not a text */
        p->out->len -= sizeof "\"{need: 2}\"" - 1;
        pl_builder_addf(p->out, "{need: 2}");
    }
    if (many > 0) {
        pl_builder_addf(p->out, ", at_once: %u", many);
    }
    pl_builder_addf(p->out, "%s%s}\n", open ? ", open: true" : "",
                    one_in(p, 4) ? ", rest: finish" : "");
}

static void add_signers(const struct plan *p)
{
    static const char *const ways[] = {"all", "any", "in order", "{need: 2}"};

    pl_builder_addf(p->out, "    signers: [clerk, head, director]\n    sign: %s\n",
                    ways[below(p, 4)]);
    if (one_in(p, 3)) {
        pl_builder_addf(p->out, "    same_person: true\n");
    }
}

/* How many are asked: one, some, or each of something. */
static void add_many(const struct plan *p, unsigned department)
{
    if (p->each) {
        return;
    }
    switch (below(p, p->rich ? 8 : 4)) {
    case 0:
        add_members(p, department);
        break;
    case 4:
        add_items(p);
        break;
    case 5:
        add_signers(p);
        break;
    default:
        break;
    }
}

static void add_limits(const struct plan *p)
{
    const unsigned days = 3 + below(p, 5);

    if (p->rich && one_in(p, 12)) {
        pl_builder_addf(p->out, "    limit: {until: \"add_days(case.started, %u)\"}\n", days);
        return;
    }
    pl_builder_addf(p->out, "    limit: %u working days\n", days);
    if (one_in(p, 3)) {
        pl_builder_addf(p->out, "    statutory: %u working days\n", 8 + below(p, 5));
    }
    if (!p->rich) {
        return;
    }
    if (one_in(p, 4)) {
        pl_builder_addf(p->out, "    internal: 2 working days\n");
    }
    if (one_in(p, 2)) {
        pl_builder_addf(p->out, "    extension: {by: head, up_to: 2 working days}\n");
    }
    if (one_in(p, 2)) {
        pl_builder_addf(p->out, "    clock: {stops_during: [hearing, test]}\n");
    }
    if (one_in(p, 6)) {
        pl_builder_addf(p->out, "    late: {1 working day before: remind, at 100%%: {decide: "
                                "approve, law: invented}}\n");
    }
}

/* What an ask may have beside. */
static void add_beside(const struct plan *p)
{
    if (one_in(p, 6)) {
        pl_builder_addf(p->out, "    undo: d%u.t\n", below(p, DRAWN_DEPARTMENTS));
    }
    if (one_in(p, 6)) {
        pl_builder_addf(p->out, "    answer: {type: object, properties: {n: {type: integer, "
                                "title: N / 数, maximum: 900}}}\n");
    }
    if (one_in(p, 8) && p->before < p->step) {
        pl_builder_addf(p->out, "    not_by: [s%u]\n", p->before);
    }
    if (one_in(p, 12)) {
        pl_builder_addf(p->out, "    deliver: 2 working days\n");
    }
    if (one_in(p, 10)) {
        pl_builder_addf(p->out,
                        "    obliges:\n      o%u: {zh: 义务, en: Owed, within: 2 working days%s}\n",
                        p->step, one_in(p, 2) ? ", breach: reject" : "");
    }
}

static void add_ask(const struct plan *p)
{
    const unsigned department = below(p, DRAWN_DEPARTMENTS);

    if (p->rich && one_in(p, 8)) {
        pl_builder_addf(p->out,
                        "    ask:\n      - {service: d%u.s, when: a}\n"
                        "      - {service: d%u.s}\n",
                        department, (department + 1) % DRAWN_DEPARTMENTS);
    } else {
        pl_builder_addf(p->out, "    ask: d%u.s\n", department);
        add_many(p, department);
    }
    if (p->rich && one_in(p, 5)) {
        pl_builder_addf(p->out, "    send: {flag: a, twice: b * 2, third: \"9 / (b - 4)\"}\n");
    } else {
        pl_builder_addf(p->out, "    sees: [a, b]\n");
    }
    add_limits(p);
    if (p->step > 1 && one_in(p, 4)) {
        pl_builder_addf(p->out, "    decide_after: s%u\n", below(p, p->step));
    }
    if (p->rich) {
        add_beside(p);
    }
    if (p->rich && p->step == 0) {
        pl_builder_addf(p->out, "    issues: certificate\n");
        *p->issued = true;
    } else if (*p->issued && p->before == 0 && one_in(p, 2)) {
        pl_builder_addf(p->out, "    needs: [certificate]\n");
    }
}

/* ---- the other kinds ---- */

static void add_signal(const struct plan *p)
{
    if (!p->rich || one_in(p, 2)) {
        pl_builder_addf(p->out, "    wait_for: ping\n");
        return;
    }
    const bool transient = one_in(p, 3);
    pl_builder_addf(p->out, "    wait_for: {signal: ping, key: string(b)%s}\n",
                    transient ? ", transient: true" : "");
    if (one_in(p, 3)) {
        pl_builder_addf(p->out, "    limit: 3 working days\n"
                                "    late: {at 50%%: remind, at 100%%: {decide: approve}}\n");
    }
}

static void add_run(const struct plan *p)
{
    const unsigned child = below(p, (p->number < 64 ? p->number : 63) + 1);
    const bool detached = one_in(p, 4);

    /* A text does not fit: such a child is refused, and an officer has to look. */
    pl_builder_addf(p->out, "    run: {workflow: sim_%u, form: {a: a, b: %s}%s}\n", child,
                    one_in(p, 6) ? "string(b)" : "b - 1", detached ? ", detached: true" : "");
    if (!p->each && one_in(p, 4)) {
        add_items(p);
    }
    /* A workflow that runs itself must end. */
    pl_builder_addf(p->out, "    when: b > 7\n");
}

static void add_table(const struct plan *p)
{
    static const char *const hits[] = {"unique", "first", "any"};

    pl_builder_addf(p->out,
                    "    decide:\n      hit: %s\n      inputs: {x: b, y: a}\n      rules:\n"
                    "        - {x: \"> 6\", decision: approve, level: 1}\n"
                    "        - {x: 2..8, y: true, decision: conditions, level: 2}\n",
                    hits[below(p, 3)]);
    if (!one_in(p, 4)) {
        pl_builder_addf(p->out, "      otherwise: {decision: approve, level: 3}\n");
    }
}

/* Whether `when` is still to be drawn. */
static bool add_kind(const struct plan *p)
{
    switch (below(p, p->rich ? 15 : 12)) {
    case 0:
        pl_builder_addf(p->out, "    tell: d%u.t\n", below(p, DRAWN_DEPARTMENTS));
        return true;
    case 1:
        add_signal(p);
        return true;
    case 2:
        pl_builder_addf(p->out, "    wait_for: %u working days\n", 1 + below(p, 3));
        return true;
    case 3:
        pl_builder_addf(p->out, "    wait_for: 2016-05-%02u\n", 4 + below(p, 20));
        return true;
    case 12:
    case 13:
        add_run(p);
        return false;
    case 14:
        add_table(p);
        return true;
    default:
        add_ask(p);
        return true;
    }
}

/* What any step may have. */
static void add_order(const struct plan *p)
{
    if (one_in(p, 6)) {
        pl_builder_addf(p->out, "    exclusive: hall\n");
    }
    if (one_in(p, 10)) {
        pl_builder_addf(p->out, "    while: b < %u\n", 3 + below(p, 7));
    } else if (one_in(p, 12) && p->step > 0) {
        pl_builder_addf(p->out, "    while: steps.s%u.state != \"cancelled\"\n", below(p, p->step));
    }
    if (one_in(p, 10) && p->step > 0) {
        pl_builder_addf(p->out, "    cancels: [s%u]\n", below(p, p->step));
    }
}

void draw_step(struct draw *d, struct pl_builder *out, unsigned step, unsigned number, bool rich,
               bool *issued)
{
    struct plan p = {.d = d,
                     .out = out,
                     .step = step,
                     .number = number,
                     .rich = rich,
                     .before = step,
                     .issued = issued};

    pl_builder_addf(out, "  s%u:\n    title: {zh: 环节, en: Step %u}\n", step, step);
    if (step > 0 && !one_in(&p, 5)) {
        add_after(&p);
    }
    if (add_kind(&p)) {
        add_when(&p);
    }
    if (rich) {
        add_order(&p);
    }
}
