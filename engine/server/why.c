/* WHY: what a case waits for, since when, who, until when, and what happens then, in the words of
 * the people who wait. */
#include <stdio.h>

#include "model/event_view.h"
#include "server/case_view.h"
#include "server/estimate.h"
#include "server/handlers.h"
#include "server/session.h"

#define WAITS_MAX 64
#define WAIT_SIZE 3072
#define TEXT_SIZE 1024

struct sentence {
    char zh[TEXT_SIZE];
    char en[TEXT_SIZE];
};

/* Titles fall back to the id: a wait is always named. */
struct named {
    int zh_len;
    const char *zh;
    int en_len;
    const char *en;
};

static struct named named(struct pl_title title, struct pl_text id)
{
    const struct pl_text zh = title.zh.len > 0 ? title.zh : id;
    const struct pl_text en = title.en.len > 0 ? title.en : id;
    return (struct named){(int)zh.len, zh.at, (int)en.len, en.at};
}

static const struct pl_service *service_of(const struct pl_found *found, const struct pl_wait *wait)
{
    const struct pl_definition *def = found->def;

    if (wait->step >= def->step_count || wait->item >= def->steps[wait->step].task_count) {
        return NULL;
    }
    const uint16_t service = pl_task_service(def, &found->c, wait->step, wait->item);

    return service == PL_NO_SERVICE ? NULL : &def->services[service];
}

static struct named department_of(const struct pl_found *found, const struct pl_wait *wait)
{
    const struct pl_service *service = service_of(found, wait);
    static const struct pl_title none;

    if (service == NULL) {
        return named(none, PL_TEXT("-"));
    }
    const struct pl_department *department = &found->def->departments[service->department];
    return named(department->title, department->id);
}

/* A sentence around one name; `{}` marks its place. */
static void put_sentence(char out[TEXT_SIZE], const char *pattern, int len, const char *name)
{
    struct pl_builder b;

    pl_builder_init(&b, out, TEXT_SIZE);
    for (const char *at = pattern; *at != '\0'; at++) {
        if (at[0] == '{' && at[1] == '}') {
            pl_builder_add(&b, (struct pl_text){name, (uint32_t)len});
            at++;
        } else {
            pl_builder_add(&b, (struct pl_text){at, 1});
        }
    }
}

static void say(struct sentence *text, const char *zh, const char *en, struct named name)
{
    put_sentence(text->zh, zh, name.zh_len, name.zh);
    put_sentence(text->en, en, name.en_len, name.en);
}

/* ---- what it waits for ------------------------------------------------------------------------
 */

static const struct {
    const char *zh;
    const char *en;
} of_department[] = {
    [PL_WAITS_TASK_READY] = {"等待{}接收任务", "waits for {} to take the task"},
    [PL_WAITS_TASK_OFFERED] = {"任务已发送至{}，等待确认收到",
                               "the task was sent to {}, which has not confirmed it yet"},
    [PL_WAITS_TASK_ACTIVE] = {"{}正在处理", "{} is working on it"},
    [PL_WAITS_TASK_PARKED] = {"{}的工作人员正在办理", "people of {} are working on it"},
    [PL_WAITS_BACKOFF] = {"{}的系统出错，稍后自动重试",
                          "the system of {} failed and will be tried again"},
    [PL_WAITS_INCIDENT] = {"{}的任务出错，需要管理人员处理",
                           "the task of {} failed and needs an officer"},
};

static struct named other_step(const struct pl_found *found, const struct pl_wait *wait)
{
    const struct pl_step_def *other = &found->def->steps[wait->other];
    return named(other->title, other->id);
}

static void say_held(struct sentence *text, const struct pl_found *found,
                     const struct pl_wait *wait)
{
    if (wait->other == PL_NO_STEP) {
        say(text, "{}已作出决定，办件恢复后生效",
            "{} has decided; it takes effect when the case is resumed", department_of(found, wait));
    } else if (wait->other == wait->step) {
        say(text, "已作出决定，等待本环节其他成员：{}",
            "decided; waits for the other members of {}", other_step(found, wait));
    } else {
        say(text, "已作出决定，待前置环节办结后生效：{}",
            "decided; takes effect when this step is settled: {}", other_step(found, wait));
    }
}

/* Why the clocks stand still, and how long that takes as told in writing (art. 45). */
static void say_clock(struct sentence *text, struct pl_server *s, const struct pl_wait *wait)
{
    static const struct {
        const char *zh;
        const char *en;
    } reasons[PL_STOPS] = {
#define STOP_REASON(NAME, WORD, ZH, EN) [PL_STOP_##NAME] = {ZH, EN},
#include "model/stop_reasons.def"
#undef STOP_REASON
    };
    char estimate[TEXT_SIZE / 2];
    struct pl_builder zh;
    struct pl_builder en;
    const char *comma = "";

    pl_builder_init(&zh, text->zh, TEXT_SIZE);
    pl_builder_init(&en, text->en, TEXT_SIZE);
    pl_builder_addf(&zh, "中止计时：");
    pl_builder_addf(&en, "the clock stands still for ");
    for (unsigned i = PL_STOP_FIRST_REASON; i < PL_STOPS; i++) {
        if ((wait->stops >> i & 1) != 0) {
            pl_builder_addf(&zh, "%s%s", *comma != '\0' ? "、" : "", reasons[i].zh);
            pl_builder_addf(&en, "%s%s", comma, reasons[i].en);
            comma = ", ";
        }
    }
    pl_stop_estimate(s, wait->stop_seq, estimate, sizeof estimate);
    if (estimate[0] != '\0') {
        pl_builder_addf(&zh, "；告知所需时间：%s", estimate);
        pl_builder_addf(&en, "; estimated to take: %s", estimate);
    }
}

static void say_what(struct sentence *text, struct pl_server *s, const struct pl_found *found,
                     const struct pl_wait *wait)
{
    const struct pl_service *service = service_of(found, wait);
    const struct named department = department_of(found, wait);

    switch (wait->kind) {
    case PL_WAITS_TASK_READY:
        if (service != NULL && !pl_service_is_served(s, service->name)) {
            say(text, "{}没有适配器在线", "no adapter is connected for department {}", department);
            return;
        }
        break;
    case PL_WAITS_SUPPLEMENT:
        say(text, "等待申请人补正材料：{}", "waits for the applicant to supplement the file for {}",
            named(found->def->steps[wait->step].title, found->def->steps[wait->step].id));
        return;
    case PL_WAITS_SIGNAL:
        say(text, "等待信号：{}", "waits for the signal {}",
            named((struct pl_title){0}, found->def->steps[wait->step].signal));
        return;
    case PL_WAITS_TIME:
        say(text, "等待时间届满：{}", "waits until its time has come: {}",
            named(found->def->steps[wait->step].title, found->def->steps[wait->step].id));
        return;
    case PL_WAITS_HELD:
        say_held(text, found, wait);
        return;
    case PL_WAITS_RESUME:
        say(text, "办件已中止，等待恢复", "the case is paused and waits to be resumed", department);
        return;
    case PL_WAITS_INCIDENT:
        if (service == NULL) {
            say(text, "环节出错，需要管理人员处理：{}", "the step failed and needs an officer: {}",
                named(found->def->steps[wait->step].title, found->def->steps[wait->step].id));
            return;
        }
        break;
    case PL_WAITS_CHILD:
        say(text, "等待子流程办结：{}", "waits for the end of its child case: {}",
            named(found->def->steps[wait->step].title, found->def->steps[wait->step].id));
        return;
    case PL_WAITS_TURN:
        say(text, "等待轮次，须待此环节办结：{}", "waits for its turn, after {}",
            other_step(found, wait));
        return;
    case PL_WAITS_OBLIGATION:
        say(text, "须先履行义务：{}", "an obligation must be met first: {}",
            other_step(found, wait));
        return;
    case PL_WAITS_CLOSE:
        say(text, "等待补充事项或结束补充：{}", "waits for more items, or for the end of them: {}",
            named(found->def->steps[wait->step].title, found->def->steps[wait->step].id));
        return;
    case PL_WAITS_ARRIVAL:
        say(text, "等待前置环节：{}", "waits for what may still come from {}",
            other_step(found, wait));
        return;
    case PL_WAITS_UNDO:
        say(text, "正在撤销已办结的环节：{}", "what this step did is being undone: {}",
            named(found->def->steps[wait->step].title, found->def->steps[wait->step].id));
        return;
    case PL_WAITS_CLOCK:
        say_clock(text, s, wait);
        return;
    case PL_WAITS_TASK_OFFERED:
    case PL_WAITS_TASK_ACTIVE:
    case PL_WAITS_TASK_PARKED:
    case PL_WAITS_BACKOFF:
        break;
    }
    say(text, of_department[wait->kind].zh, of_department[wait->kind].en, department);
}

/* ---- what happens then ------------------------------------------------------------------------
 */

static bool say_then(struct sentence *text, const struct pl_found *found,
                     const struct pl_wait *wait)
{
    static const struct {
        const char *zh;
        const char *en;
    } cards[] = {
        [PL_CARD_WARNING] = {"提醒：{}", "a warning is given: {}"},
        [PL_CARD_YELLOW] = {"发出黄牌：{}", "a yellow card is given: {}"},
        [PL_CARD_RED] = {"发出红牌：{}", "a red card is given: {}"},
        [PL_CARD_REMINDER] = {"发出提示：{}", "a reminder is given: {}"},
        [PL_CARD_ANNOUNCEMENT] = {"预告逾期视为作出的决定：{}",
                                  "what silence will decide is announced: {}"},
        [PL_CARD_NONE] = {"告知：{}", "it is told: {}"},
    };

    if (wait->next_ms == 0 || wait->step >= found->def->step_count) {
        return false;
    }
    const struct pl_step_def *step = &found->def->steps[wait->step];
    const struct named name = named(step->title, step->id);

    if (wait->rung != PL_NO_RUNG && wait->rung < step->rung_count) {
        const struct pl_rung *rung = &step->rungs[wait->rung];

        if (rung->decides < found->def->decision_count) {
            const struct pl_decision_name *decision = &found->def->decisions[rung->decides];

            say(text, "逾期视为：{}", "silence decides: {}", named(decision->title, decision->id));
            return true;
        }
        say(text, cards[rung->card].zh, cards[rung->card].en, name);
    } else if (wait->kind == PL_WAITS_BACKOFF) {
        say(text, "重新派发：{}", "the task is offered again: {}", name);
    } else if (wait->kind == PL_WAITS_TASK_OFFERED || wait->kind == PL_WAITS_TASK_ACTIVE) {
        say(text, "无消息则重新派发：{}", "without news the task is offered again: {}", name);
    } else if (wait->kind == PL_WAITS_TIME) {
        say(text, "自动继续：{}", "it goes on by itself: {}", name);
    } else {
        say(text, "期限届满：{}", "a limit ends: {}", name);
    }
    return true;
}

/* ---- the answer -------------------------------------------------------------------------------
 */

static void write_sentence(struct pl_writer *out, const char *key, const struct sentence *text)
{
    pl_write_string(out, key);
    pl_write_map(out, 2);
    pl_write_key_string(out, "zh", text->zh);
    pl_write_key_string(out, "en", text->en);
}

static void write_who(struct pl_writer *out, const struct pl_server *s,
                      const struct pl_found *found, const struct pl_wait *wait)
{
    const struct pl_service *service = service_of(found, wait);

    if (service == NULL) {
        pl_write_key_string(out, "department", NULL);
        pl_write_key_string(out, "service", NULL);
        pl_write_key_bool(out, "connected", false);
        return;
    }
    pl_write_key_text(out, "department", found->def->departments[service->department].id);
    pl_write_key_text(out, "service", service->name);
    pl_write_key_bool(out, "connected", pl_service_is_served(s, service->name));
}

/* The case that a wait is for, so that one may ask it in turn; 0 = none. */
static uint64_t child_of(const struct pl_found *found, const struct pl_wait *wait)
{
    return wait->kind != PL_WAITS_CHILD
               ? 0
               : found->c.tasks[found->def->steps[wait->step].first_task + wait->item].child;
}

static void write_wait(struct pl_writer *out, struct pl_server *s, const struct pl_found *found,
                       const struct pl_wait *wait)
{
    const struct pl_step_def *step =
        wait->step < found->def->step_count ? &found->def->steps[wait->step] : NULL;
    struct sentence what;
    struct sentence then;

    say_what(&what, s, found, wait);
    const bool goes_on = say_then(&then, found, wait);
    const uint64_t child = child_of(found, wait);
    pl_write_map(out, 10U + goes_on + (child != 0));
    pl_write_key_string(out, "kind", pl_core_wait_name(wait->kind));
    if (step == NULL) {
        pl_write_key_string(out, "step", NULL);
    } else {
        pl_write_key_text(out, "step", step->id);
    }
    pl_write_title(out, "title", step == NULL ? (struct pl_title){0} : step->title);
    write_who(out, s, found, wait);
    write_sentence(out, "text", &what);
    pl_write_key_time(out, "since", wait->since_ms);
    pl_write_key_time(out, "until", wait->due_ms);
    pl_write_key_time(out, "next", wait->next_ms);
    if (child != 0) {
        char id[PL_CASE_TEXT_SIZE];
        pl_case_id_format((struct pl_case_id){child}, id);
        pl_write_key_string(out, "child", id);
    }
    if (goes_on) {
        write_sentence(out, "then", &then);
    }
}

int pl_handle_why(struct pl_request *r)
{
    struct pl_server *s = r->server;
    struct pl_wait waits[WAITS_MAX];
    struct pl_found found;
    struct pl_writer body;

    const struct pl_case_id id = pl_request_case(r);
    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    const int rc = pl_case_find(s, id, &found);
    if (rc != PLACET_OK) {
        return rc == PLACET_ENOTFOUND ? pl_answer_error(r, PLACET_CODE_NOT_FOUND, "no such case", 0,
                                                        (struct pl_bytes){0})
                                      : rc;
    }
    const unsigned all = found.open ? pl_core_waits(found.def, &found.c, waits, WAITS_MAX) : 0;
    const unsigned count = all < WAITS_MAX ? all : WAITS_MAX;
    if (pl_answer_open(r, &body, PL_CASE_SUMMARY_SIZE + count * WAIT_SIZE) == NULL) {
        return PLACET_ELIMIT;
    }
    pl_write_map(&body, 4);
    pl_write_string(&body, "case");
    pl_case_write_summary(&body, &found, s->now_ms);
    pl_write_key_u64(&body, "now", (uint64_t)s->now_ms);
    pl_write_key_u64(&body, "count", all);
    pl_write_string(&body, "waits");
    pl_write_array(&body, count);
    for (unsigned i = 0; i < count; i++) {
        write_wait(&body, s, &found, &waits[i]);
    }
    return pl_answer_send(r, 0, &body);
}
