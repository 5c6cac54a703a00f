/* One connection: a DEALER socket, and the session on it.
 *
 * ZeroMQ reconnects by itself and does not tell; a socket monitor does. Whenever the transport is
 * there again, or the engine says NO_SESSION, the link says HELLO and counts a new session: its
 * owner compares pl_link_sessions with what it saw last, subscribes again and sends again. Messages
 * about the session itself (HELLO, PING, BYE) never reach the owner. */
#ifndef LINK_H
#define LINK_H

#include <placet/client.h>
#include <zmq.h>

/* Correlations of what the link and the handles say for themselves; calls count from 1. */
#define PL_LINK_OWN (UINT64_C(1) << 62)

enum pl_link_state {
    PL_LINK_DOWN,     /* no transport */
    PL_LINK_GREETING, /* HELLO is on its way */
    PL_LINK_UP,
};

struct pl_link {
    void *zmq;
    void *socket;
    void *monitor;
    int fd; /* epoll over both */
    char endpoint[160];
    char role[16];
    char name[80];
    uint8_t instance[16];
    enum pl_link_state state;
    bool attached; /* the transport is there */
    uint64_t last_correlation;
    uint64_t hello; /* correlation of the HELLO that counts */
    int64_t hello_at_us;
    int64_t ping_at_us;
    int64_t heard_at_us;
    int64_t now_at_us; /* when session.now_ms was told */
    int64_t heartbeat_us;
    struct placet_session session;
    struct placet_error refused; /* status 0: not refused */
};

/* A message for the owner of the link. `body` was checked, and borrows from `message`. */
struct pl_letter {
    struct placet_header header;
    struct placet_value body;
    zmq_msg_t message;
};

int64_t pl_link_now_us(void); /* monotonic */

/* `which`: "work" or "api". Connects and waits for the first session. */
int pl_link_open(struct pl_link *link, const struct placet_options *options, const char *which,
                 const char *role, struct placet_error *err);
/* Says BYE when there is a session. Fine on a zeroed link. */
void pl_link_close(struct pl_link *link);

static inline uint64_t pl_link_sessions(const struct pl_link *link)
{
    return link->session.count;
}
static inline bool pl_link_is_up(const struct pl_link *link)
{
    return link->state == PL_LINK_UP;
}

/* A correlation for a message that is no call. */
uint64_t pl_link_correlate(struct pl_link *link);

/* False when it cannot be sent now: no session, or the pipe is full. */
bool pl_link_send(struct pl_link *link, enum placet_kind kind, uint64_t correlation,
                  struct placet_value body);

/* The next message for the owner, without waiting. False when there is none. The caller closes
 * letter->message. */
bool pl_link_receive(struct pl_link *link, struct pl_letter *letter);

/* Waits until something can be received, at most so long; then does what is due. */
void pl_link_wait(struct pl_link *link, int64_t timeout_us);

/* Says HELLO and PING when it is time. Once in every turn of the owner, after receiving. */
void pl_link_tick(struct pl_link *link);

/* The engine said what time it is on its clock. */
void pl_link_learn_time(struct pl_link *link, int64_t now_ms);

/* Asks for the engine's time at once. */
void pl_link_ping(struct pl_link *link);

/* When pl_link_tick has something to do next. */
int64_t pl_link_due_us(const struct pl_link *link);

/* The code of an error reply, PLACET_CODE_NONE for any other. */
enum placet_code pl_letter_code(const struct pl_letter *letter);

#endif
