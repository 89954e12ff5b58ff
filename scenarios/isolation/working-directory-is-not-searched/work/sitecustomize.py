raise SystemExit('sitecustomize of the working directory')
