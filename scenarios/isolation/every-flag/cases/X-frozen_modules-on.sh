flags='-X frozen_modules=on'
