package org.tornadonn.nn;

/** Something the user can mend; the message says what and how. */
public class UserException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UserException(String message) {
        super(message);
    }
}
