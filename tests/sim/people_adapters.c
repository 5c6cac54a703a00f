#include "sim/people_parts.h"

#include <placet/protocol.h>
#include <string.h>

#include "base/check.h"

/* An adapter does something with a task that it knows, sometimes one that is not its own any more.
 */
/* NOLINTNEXTLINE(readability-function-cognitive-complexity): a die with nine faces */
void people_work(struct people *p)
{
    uint8_t body[SAID_BODY_MAX];
    struct pl_writer out;
    static const char *const decisions[] = {"approve",      "approve",   "approve", "conditions",
                                            "no_objection", "objection", "fix",     "again",
                                            "reject",       "nonsense",  "accept",  "notice"};
    const uint32_t what = draw_below(&p->draw, 22);

    if (p->task_count == 0) {
        return;
    }
    const unsigned at = draw_below(&p->draw, p->task_count);
    const struct known_task task = p->tasks[at];
    const bool complete = what < 13;
    const bool fails = what == 13 || what == 14;

    const bool stops = what == 20;
    const bool hands_over = what == 21;
    people_open_body(&out, body,
                     complete                       ? 6
                     : fails || stops || hands_over ? 4
                     : what == 15 || what == 16     ? 3
                                                    : 2);
    pl_write_key_string(&out, "task", task.task);
    pl_write_string(&out, "lease");
    pl_write_bin(&out, task.lease, sizeof task.lease);
    if (complete) {
        const char *decision = decisions[draw_below(&p->draw, 12)];
        pl_write_key_string(&out, "decision",
                            task.opinion && people_one_in(p, 2) ? "no_objection" : decision);
        pl_write_key_string(&out, "reason", "as it is");
        pl_write_key_string(&out, "officer", people_officers[draw_below(&p->draw, 3)]);
        pl_write_string(&out, "answer");
        pl_write_map(&out, people_one_in(p, 2) ? 0 : 1);
        if (out.at[out.used - 1] == 0x81) {
            pl_write_key_u64(&out, "n", draw_below(&p->draw, 1000));
        }
        people_say(p, task.peer, PLACET_KIND_COMPLETE, &out);
    } else if (fails) {
        pl_write_key_string(&out, "code", "E1");
        pl_write_key_bool(&out, "retryable", what == 13);
        people_say(p, task.peer, PLACET_KIND_FAIL, &out);
    } else if (what == 15) {
        pl_write_key_string(&out, "code", "E2");
        people_say(p, task.peer, PLACET_KIND_THROW, &out);
    } else if (what == 16) {
        pl_write_key_string(&out, "reference", "file 7");
        people_say(p, task.peer, PLACET_KIND_PARK, &out);
    } else if (stops) {
        pl_write_key_string(&out, "reason", "hearing");
        pl_write_key_string(&out, "estimate", "two days");
        people_say(p, task.peer, people_one_in(p, 2) ? PLACET_KIND_PAUSE : PLACET_KIND_RESUME,
                   &out);
    } else if (hands_over) {
        pl_write_key_string(&out, "service",
                            people_services[draw_below(&p->draw, DRAWN_DEPARTMENTS)]);
        pl_write_key_string(&out, "reason", "not ours");
        people_say(p, task.peer, PLACET_KIND_HAND_OVER, &out);
    } else {
        static const uint16_t kinds[] = {PLACET_KIND_TAKEN, PLACET_KIND_PROGRESS,
                                         PLACET_KIND_RELEASE};
        people_say(p, task.peer, kinds[what - 17], &out);
    }
    if (people_one_in(p, 2)) { /* it forgets the task; otherwise it may answer again */
        p->tasks[at] = p->tasks[--p->task_count];
    }
}

static void copy_text(char *out, size_t size, struct pl_bytes body, const char *key)
{
    struct pl_text text;

    PL_CHECK(pl_value_as_text(pl_value_get(body, pl_text_of(key)), &text) && text.len < size);
    memcpy(out, text.at, text.len);
    out[text.len] = '\0';
}

static void learn_step(struct known_step *steps, unsigned *count, struct pl_bytes body)
{
    struct known_step *at = &steps[(*count)++ % STEPS_KNOWN];

    copy_text(at->case_id, sizeof at->case_id, body, "case");
    copy_text(at->step, sizeof at->step, body, "step");
}

void people_take_task(struct people *p, const struct sim_letter *letter)
{
    struct known_task task = {.peer = letter->peer.v};
    struct pl_text text;
    struct pl_reader in;

    if (people_one_in(p, 10)) {
        return; /* lost on the way */
    }
    learn_step(p->asked, &p->asked_count, letter->body);
    if (pl_value_get(letter->body, PL_TEXT("element")).size > 0) {
        learn_step(p->sets, &p->set_count, letter->body);
    }
    PL_CHECK(pl_value_as_text(pl_value_get(letter->body, PL_TEXT("task")), &text));
    PL_CHECK(text.len < sizeof task.task);
    memcpy(task.task, text.at, text.len);
    PL_CHECK(pl_value_as_text(pl_value_get(letter->body, PL_TEXT("role")), &text));
    task.opinion = pl_text_is(text, "opinion");
    const struct pl_bytes lease = pl_value_get(letter->body, PL_TEXT("lease"));
    pl_reader_init(&in, lease.at, lease.size);
    const struct pl_bytes bytes = pl_reader_bin(&in, sizeof task.lease);
    PL_CHECK(bytes.size == sizeof task.lease);
    memcpy(task.lease, bytes.at, sizeof task.lease);
    if (p->task_count == TASKS_KNOWN) {
        p->tasks[draw_below(&p->draw, TASKS_KNOWN)] = task;
    } else {
        p->tasks[p->task_count++] = task;
    }
}
