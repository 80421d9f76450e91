/*
 * http_fault.h - where a test may kill in the life of a request (base/fault.h): the inside of io/http, used by http.c
 * alone.
 *
 *   http.connected   the connection stands, not a byte of the request has left
 *   http.sent        the whole request has left, no answer was read
 *   http.answered    the answer is whole, nobody was told
 *
 * The value is the last part of the URL's path ("Conversions", "token", "update"), or "mail".
 */
#ifndef IO_HTTP_FAULT_H
#define IO_HTTP_FAULT_H

#ifdef CONNECTOR_FAULTS

#include <curl/curl.h>
#include <stdbool.h>

void http_fault(const char *point, CURL *easy);
/* Of a transfer that has begun: passes http.sent once, when it is so far. */
void http_fault_sent(CURL *easy, bool *passed);

#else

#define http_fault(point, easy)       ((void)0)
#define http_fault_sent(easy, passed) ((void)0)

#endif
#endif
