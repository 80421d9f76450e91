/*
 * http_fault.h - where a test may kill in the life of a request (base/fault.h): the inside of io/http, used by http.c alone.
 *
 *   http.connected   the connection stands, not a byte of the request has left
 *   http.sent        the whole request has left, no answer was read; not of an e-mail
 *   http.answered    the answer is whole, nobody was told
 *
 * The value is the last part of the URL's path ("Conversions", "token", "update"), or "mail".
 */
#ifndef IO_HTTP_FAULT_H
#define IO_HTTP_FAULT_H

#ifdef CONNECTOR_FAULTS

#include "base/str.h"

void http_fault(const char *point, struct str url);

#else

#define http_fault(point, url) ((void)0)

#endif
#endif
