import starter

starter.main()
