/* The other end of a client connection, played by a thread: it answers HELLO and PING, keeps what
 * else comes until the test takes it, and sends what the test says. Stopping it and starting
 * another one at the same place is a restart of the engine. */
#ifndef SUPPORT_FAKE_ENGINE_H
#define SUPPORT_FAKE_ENGINE_H

#include <placet/client.h>

struct fake_engine;

/* A message that the client sent. The test frees `bytes`. */
struct fake_message {
    struct placet_header header;
    uint8_t *bytes;
    struct placet_value body;
};

/* Binds `which`.sock ("work" or "api") in the folder. */
struct fake_engine *fake_engine_start(const char *folder, const char *which);
void fake_engine_stop(struct fake_engine *engine);

/* The engine's clock, told in WELCOME and PING. */
void fake_engine_set_now(struct fake_engine *engine, int64_t now_ms);

/* From now on every message but HELLO is refused with NO_SESSION until HELLO comes. */
void fake_engine_forget_session(struct fake_engine *engine);

/* Answers HELLO with this JSON error from now on. */
void fake_engine_refuse_hello(struct fake_engine *engine, const char *json);

/* Messages of this kind are answered at once with this JSON body and these flags, and are kept all
 * the same. */
void fake_engine_reply_to(struct fake_engine *engine, enum placet_kind kind, uint16_t flags,
                          const char *json);

/* The oldest kept message of this kind; false when there is none at the moment. */
bool fake_engine_take(struct fake_engine *engine, enum placet_kind kind, struct fake_message *out);

/* Says something to the peer that spoke last. */
void fake_engine_send(struct fake_engine *engine, enum placet_kind kind, uint16_t flags,
                      uint64_t correlation, struct placet_value body);
void fake_engine_send_json(struct fake_engine *engine, enum placet_kind kind, uint16_t flags,
                           uint64_t correlation, const char *json);

/* Sessions opened so far. */
unsigned fake_engine_sessions(struct fake_engine *engine);

#endif
