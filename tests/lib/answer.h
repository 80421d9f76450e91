/* answer.h - HTTP answers and settings for tests of the remote modules. */
#ifndef TESTS_LIB_ANSWER_H
#define TESTS_LIB_ANSWER_H

#include "base/http_message.h"
#include "base/settings.h"

/* A whole answer; `body` and the header texts are C strings that outlive it. */
struct http_answer answer_of(int status, const char *body);
/* With one header, its name in lower case. */
struct http_answer answer_with(struct arena *a, int status, const char *body, const char *name, const char *value);
/* No answer: HTTP_NOT_SENT or HTTP_UNKNOWN, with the code that the client would give. */
struct http_answer answer_lost(enum http_outcome outcome);
/* Far ends at https://hubspot.test and https://impact.test, client "client-1" with the secret "hush". */
struct settings answer_settings(struct arena *a);
/* The value of a request's header, by its exact name; empty when it has none. */
struct str answer_header_sent(const struct http_request *request, const char *name);

/* For cmocka: a slice and what it shall be. */
#define assert_str(s, expected)                                                                                        \
	do {                                                                                                           \
		struct str assert_s = (s);                                                                             \
		struct str assert_x = str_from(expected);                                                              \
                                                                                                                       \
		if (!str_eq(assert_s, assert_x))                                                                       \
			fail_msg("\"" STR_FMT "\" is not \"" STR_FMT "\"", STR_ARG(assert_s), STR_ARG(assert_x));      \
	} while (0)

#endif
