"""An app of a user, with sources whose every value says which sample it is."""
