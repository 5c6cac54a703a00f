#include "sim/people_parts.h"

#include <placet/protocol.h>
#include <stdio.h>

#include "base/check.h"

void people_publish(struct people *p)
{
    const struct pl_bytes bundle = draw_definition(&p->draw, p->definitions++);
    static uint8_t body[DRAWN_SIZE_MAX + 256];
    struct pl_writer out;

    pl_writer_init(&out, body, sizeof body);
    pl_write_map(&out, 2);
    pl_write_key_value(&out, "files", bundle);
    people_add_idem(p, &out);
    people_ensure_session(p, PEER_OFFICER);
    (void)people_send(p, PEER_OFFICER, PLACET_KIND_PUBLISH, body, out.used);
}

/* The calendar of all of them, a few holidays later. */
void people_amend(struct people *p)
{
    static char text[2048];
    uint8_t body[4096];
    struct pl_builder yaml;
    struct pl_writer out;
    const unsigned holiday = 4 + draw_below(&p->draw, 20);

    pl_builder_init(&yaml, text, sizeof text);
    pl_builder_addf(&yaml,
                    "calendar: sim\ntitle: {zh: 模拟, en: Simulated}\nzone: \"+08:00\"\n"
                    "version: %u\nweekend: [sat, sun]\nyears:\n  2016:\n"
                    "    source: invented for the simulation\n    holidays: [05-%02u]\n",
                    ++p->calendars + 1, holiday);
    pl_writer_init(&out, body, sizeof body);
    pl_write_map(&out, 2);
    pl_write_string(&out, "files");
    pl_write_array(&out, 1);
    pl_write_array(&out, 2);
    pl_write_string(&out, "calendars/sim.yaml");
    pl_write_string(&out, text);
    people_add_idem(p, &out);
    PL_CHECK(pl_writer_ok(&out));
    people_ensure_session(p, PEER_OFFICER);
    (void)people_send(p, PEER_OFFICER, PLACET_KIND_PUBLISH, body, out.used);
}

void people_start(struct people *p)
{
    uint8_t body[SAID_BODY_MAX];
    struct pl_writer out;
    char name[32];
    const bool with_c = people_one_in(p, 2);
    const uint32_t items = draw_below(&p->draw, 5);

    (void)snprintf(name, sizeof name, "sim_%u", draw_below(&p->draw, p->definitions + 1));
    people_open_body(&out, body, 4);
    pl_write_key_string(&out, "workflow", name);
    (void)snprintf(name, sizeof name, "key-%u", draw_below(&p->draw, 400));
    pl_write_key_string(&out, "key", name);
    pl_write_string(&out, "form");
    pl_write_map(&out, 2U + with_c + (items > 0));
    if (items > 0) {
        pl_write_string(&out, "d");
        pl_write_array(&out, items - 1);
        for (uint32_t i = 1; i < items; i++) {
            pl_write_u64(&out, i);
        }
    }
    pl_write_key_bool(&out, "a", people_one_in(p, 2));
    pl_write_key_u64(&out, "b", draw_below(&p->draw, 10));
    if (with_c) {
        pl_write_key_string(&out, "c", people_one_in(p, 2) ? "x" : "y");
    }
    people_add_idem(p, &out);
    people_say(p, PEER_PORTAL, PLACET_KIND_START, &out);
}

static void add_case(struct people *p, struct pl_writer *out)
{
    char text[PL_CASE_TEXT_SIZE];
    const uint64_t id = p->case_count == 0 ? 1 : p->case_ids[draw_below(&p->draw, p->case_count)];

    pl_case_id_format((struct pl_case_id){id}, text);
    pl_write_key_string(out, "case", text);
}

static const struct known_step *known_step(struct people *p, const struct known_step *steps,
                                           unsigned count)
{
    return &steps[draw_below(&p->draw, count < STEPS_KNOWN ? count : STEPS_KNOWN)];
}

/* What a set waits for: one more, or no more. */
static void add_to_set(struct people *p, struct pl_writer *out)
{
    const struct known_step *set = known_step(p, p->sets, p->set_count);
    char name[32];

    (void)snprintf(name, sizeof name, "%s.%s", set->step, people_one_in(p, 2) ? "add" : "close");
    pl_write_key_string(out, "name", name);
    pl_write_key_string(out, "case", set->case_id);
}

/* What a step waits for, a delivery, what is owed. */
static void add_to_step(struct people *p, struct pl_writer *out)
{
    const unsigned step = draw_below(&p->draw, 9);
    const uint32_t which = draw_below(&p->draw, 4);
    char name[32];

    (void)snprintf(name, sizeof name, "%s", which < 1 ? "pong" : "ping");
    if (which == 2) {
        (void)snprintf(name, sizeof name, "o%u", step);
    } else if (which == 3) {
        (void)snprintf(name, sizeof name, "s%u_delivered", step);
    }
    pl_write_key_string(out, "name", name);
    add_case(p, out);
}

/* To whoever waits with that key. */
static void add_to_key(struct people *p, struct pl_writer *out)
{
    char key[8];

    (void)snprintf(key, sizeof key, "%u", draw_below(&p->draw, 10));
    pl_write_key_string(out, "name", "ping");
    pl_write_key_string(out, "key", key);
}

static void signal_somebody(struct people *p)
{
    uint8_t body[SAID_BODY_MAX];
    struct pl_writer out;
    const uint32_t whom = draw_below(&p->draw, 4);

    people_open_body(&out, body, 4);
    if (whom == 0 && p->set_count > 0) {
        add_to_set(p, &out);
    } else if (whom == 1) {
        add_to_key(p, &out);
    } else {
        add_to_step(p, &out);
    }
    pl_write_string(&out, "data");
    pl_write_map(&out, 1);
    pl_write_key_u64(&out, "n", draw_below(&p->draw, 9));
    people_add_idem(p, &out);
    people_say(p, PEER_PORTAL, PLACET_KIND_SIGNAL, &out);
}

/* What an officer may do to a step that somebody was asked for. */
static void change_limits(struct people *p, uint16_t kind)
{
    uint8_t body[SAID_BODY_MAX];
    struct pl_writer out;

    if (p->asked_count == 0) {
        return;
    }
    const struct known_step *asked = known_step(p, p->asked, p->asked_count);
    people_open_body(&out, body, 5);
    pl_write_key_string(&out, "case", asked->case_id);
    pl_write_key_string(&out, "step", asked->step);
    if (kind == PLACET_KIND_EXTEND) {
        pl_write_key_string(&out, "role", people_one_in(p, 8) ? "clerk" : "head");
        pl_write_key_string(&out, "reason", "flood");
    } else if (kind == PLACET_KIND_HAND_OVER) {
        pl_write_key_string(&out, "service",
                            people_services[draw_below(&p->draw, DRAWN_DEPARTMENTS)]);
        pl_write_key_string(&out, "reason", "not ours");
    } else {
        pl_write_key_string(&out, "reason", people_one_in(p, 2) ? "hearing" : "test");
        pl_write_key_string(&out, "estimate", "two days");
    }
    people_add_idem(p, &out);
    people_say(p, PEER_OFFICER, kind, &out);
}

/* Commands of the office and the applicant about a case. */
void people_govern(struct people *p)
{
    uint8_t body[SAID_BODY_MAX];
    struct pl_writer out;
    char step[8];
    static const char *const decisions[] = {"approve", "conditions", "fix",
                                            "again",   "reject",     "no_objection"};
    static const uint16_t kinds[] = {
        PLACET_KIND_SUPPLEMENT,  PLACET_KIND_SUPPLEMENT,  PLACET_KIND_SUPPLEMENT,
        PLACET_KIND_SIGNAL,      PLACET_KIND_SIGNAL,      PLACET_KIND_RETRY,
        PLACET_KIND_RETRY,       PLACET_KIND_DECIDE,      PLACET_KIND_PAUSE_CASE,
        PLACET_KIND_RESUME_CASE, PLACET_KIND_RESUME_CASE, PLACET_KIND_SKIP,
        PLACET_KIND_BACK,        PLACET_KIND_WITHDRAW,    PLACET_KIND_CANCEL_CASE,
        PLACET_KIND_DECIDE,      PLACET_KIND_PAUSE,       PLACET_KIND_RESUME,
        PLACET_KIND_EXTEND,      PLACET_KIND_HAND_OVER,   PLACET_KIND_SIGNAL,
        PLACET_KIND_SIGNAL,      PLACET_KIND_SIGNAL};
    const uint16_t kind = kinds[draw_below(&p->draw, sizeof kinds / sizeof kinds[0])];

    (void)snprintf(step, sizeof step, "s%u", draw_below(&p->draw, 9));
    switch (kind) {
    case PLACET_KIND_SUPPLEMENT:
        people_open_body(&out, body, 3);
        pl_write_string(&out, "changes");
        pl_write_map(&out, 2);
        pl_write_key_u64(&out, "b", draw_below(&p->draw, 10));
        pl_write_key_string(&out, "c", "x");
        break;
    case PLACET_KIND_SIGNAL:
        signal_somebody(p);
        return;
    case PLACET_KIND_PAUSE:
    case PLACET_KIND_RESUME:
    case PLACET_KIND_EXTEND:
    case PLACET_KIND_HAND_OVER:
        change_limits(p, kind);
        return;
    case PLACET_KIND_DECIDE:
        people_open_body(&out, body, 7);
        pl_write_key_string(&out, "step", step);
        pl_write_key_u64(&out, "item", people_one_in(p, 2) ? 0 : draw_below(&p->draw, 5));
        pl_write_key_string(&out, "officer", people_officers[draw_below(&p->draw, 3)]);
        pl_write_key_string(&out, "decision", decisions[draw_below(&p->draw, 6)]);
        pl_write_key_string(&out, "reason", "by hand");
        break;
    case PLACET_KIND_RETRY:
    case PLACET_KIND_SKIP:
    case PLACET_KIND_BACK:
        people_open_body(&out, body, 4);
        pl_write_key_string(&out, "step", step);
        pl_write_key_string(&out, "reason", "by order");
        break;
    default:
        people_open_body(&out, body, 3);
        pl_write_key_string(&out, "reason", "by order");
        break;
    }
    add_case(p, &out);
    people_add_idem(p, &out);
    people_say(p,
               kind == PLACET_KIND_SUPPLEMENT || kind == PLACET_KIND_WITHDRAW ? PEER_PORTAL
                                                                              : PEER_OFFICER,
               kind, &out);
}
