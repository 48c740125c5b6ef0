"""The command as a file, which is what spark-submit takes: `spark-submit … job.py train … --engine spark`."""

from alsoliked.__main__ import main

if __name__ == "__main__":
    main()
