from cornbread.config.cli import main

raise SystemExit(main())
